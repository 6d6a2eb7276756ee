// SQLite's C API, wrapped once. Nothing here knows what is stored.
//
// `Writer` owns the only writing connection of a running program and commits waiting changes together; `Readers` own
// a few that read beside it. Both run each connection on a thread of its own, so that a blocking call to the disk
// never holds up a Swift task. A short-lived program uses a `Connection` itself.

/// What a parameter of a statement can be.
package protocol Bindable {
    /// Binds the value to a parameter, counted from 1.
    func bind(to statement: Statement, at index: Int)
}

extension Int64: Bindable {
    package func bind(to statement: Statement, at index: Int) { statement.bind(index, self) }
}

extension Bool: Bindable {
    /// Binds 1 or 0.
    package func bind(to statement: Statement, at index: Int) { statement.bind(index, self) }
}

extension String: Bindable {
    package func bind(to statement: Statement, at index: Int) { statement.bind(index, self) }
}

extension [UInt8]: Bindable {
    package func bind(to statement: Statement, at index: Int) { statement.bind(index, self) }
}

extension Optional: Bindable where Wrapped: Bindable {
    /// Binds NULL for nil.
    package func bind(to statement: Statement, at index: Int) {
        if let value = self { value.bind(to: statement, at: index) } else { statement.bind(index, Int64?.none) }
    }
}
