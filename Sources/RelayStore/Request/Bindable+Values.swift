internal import Ethereum
internal import SQLite

// Values of a fixed size are bound as blobs without an array for each: ingest binds half a million of them.

extension Hash32: Bindable {
    func bind(to statement: Statement, at index: Int) {
        let words = inPlace
        statement.bind(index, bytesOf: words.span)
    }
}

extension Address: Bindable {
    func bind(to statement: Statement, at index: Int) {
        let words = inPlace
        statement.bind(index, bytesOf: words.span)
    }
}

extension UInt256: Bindable {
    /// All 32 bytes, so that blobs order as numbers do.
    func bind(to statement: Statement, at index: Int) { asHash32.bind(to: statement, at: index) }
}
