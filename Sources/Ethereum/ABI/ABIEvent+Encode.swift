extension ABIEvent {
    /// The topics and data of a log; for contracts that a test plays.
    ///
    /// An indexed `string`, `bytes`, array or tuple is given as its hash, `.fixedBytes` of 32.
    package func encode(_ values: [ABIValue]) throws(ABIError) -> (topics: [Hash32], data: [UInt8]) {
        guard values.count == inputs.count else {
            throw .valueCount(expected: inputs.count, actual: values.count)
        }
        var topics = anonymous ? [] : [topic]
        var rest: [(parameter: ABIParameter, value: ABIValue)] = []
        for (index, parameter) in inputs.enumerated() {
            if parameter.indexed {
                topics.append(try topic(of: values[index], parameter, index))
            } else {
                rest.append((parameter, values[index]))
            }
        }
        return (topics, try ABIEncoder.encode(rest.map(\.value), as: rest.map(\.parameter)))
    }

    private func topic(of value: ABIValue, _ parameter: ABIParameter, _ index: Int) throws(ABIError) -> Hash32 {
        let type = parameter.type.isValueType ? parameter.type : .fixedBytes(32)
        do { return try ABIWord.encode(value, type) } catch {
            throw .encoding(path: parameter.label(index), error.fault)
        }
    }
}
