import Keys

/// What is wrong with a file is wrong with the setting that names it: the error says which.
func naming<Value>(_ key: String, _ body: () throws -> Value) throws -> Value {
    do {
        return try body()
    } catch let error as KeyError {
        throw CommandFailure("\(key): \(error)", .usage)
    } catch let failure as CommandFailure {
        throw CommandFailure("\(key): \(failure.text)", failure.code)
    }
}
