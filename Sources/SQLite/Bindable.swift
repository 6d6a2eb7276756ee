/// What a parameter of a statement can be.
package protocol Bindable {
    /// Binds the value to a parameter, counted from 1.
    func bind(to statement: Statement, at index: Int)
}

extension Int64: Bindable {
    package func bind(to statement: Statement, at index: Int) { statement.bind(index, self) }
}

extension Bool: Bindable {
    package func bind(to statement: Statement, at index: Int) { statement.bind(index, self) }
}

extension String: Bindable {
    package func bind(to statement: Statement, at index: Int) { statement.bind(index, self) }
}

extension [UInt8]: Bindable {
    package func bind(to statement: Statement, at index: Int) { statement.bind(index, self) }
}

extension Optional: Bindable where Wrapped: Bindable {
    package func bind(to statement: Statement, at index: Int) {
        if let value = self { value.bind(to: statement, at: index) } else { statement.bind(index, Int64?.none) }
    }
}
