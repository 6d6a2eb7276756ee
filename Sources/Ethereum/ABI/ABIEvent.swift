/// An event of a contract.
package struct ABIEvent: Hashable, Sendable {
    package let name: String
    /// In the order of the declaration, indexed ones in their places among the others.
    package let inputs: [ABIParameter]
    /// Without a topic of its own.
    package let anonymous: Bool
    /// The signature's hash: the first topic, unless anonymous.
    package let topic: Hash32
    /// How many topics its logs have.
    package let topicCount: Int
    private let unindexed: [ABIParameter]

    /// Hashes the signature once: keep the event rather than make one for each log.
    package init(name: String, inputs: [ABIParameter], anonymous: Bool = false) {
        self.name = name
        self.inputs = inputs
        self.anonymous = anonymous
        topic = keccak256(Array((name + ABIParameter.signature(inputs)).utf8))
        topicCount = inputs.count { $0.indexed } + (anonymous ? 0 : 1)
        unindexed = inputs.filter { !$0.indexed }
    }

    /// Its name and types, as in `Transfer(address,address,uint256)`.
    ///
    /// Which parameters are indexed is not part of it.
    package var signature: String { name + ABIParameter.signature(inputs) }

    /// The values in the order of `inputs`.
    ///
    /// An indexed `string`, `bytes`, array or tuple is its hash, as `.fixedBytes`.
    package func decode(topics: [Hash32], data: [UInt8]) throws(ABIError) -> [ABIValue] {
        try check(topics)
        var rest = try ABIDecoder.decode(data, as: unindexed)[...]
        var values: [ABIValue] = []
        for (index, parameter) in inputs.enumerated() {
            if parameter.indexed {
                values.append(try indexedValue(index, topics))
            } else if let value = rest.popFirst() {
                values.append(value)
            }
        }
        return values
    }

    /// Each parameter for itself, in the order of `inputs`: a damaged one leaves the others readable.
    ///
    /// A wrong number of topics fails the indexed ones, a first topic of another event all.
    package func decodeParts(topics: [Hash32], data: [UInt8]) -> [Result<ABIValue, ABIError>] {
        guard hasItsTopic(topics) else { return inputs.map { _ in .failure(.wrongTopic) } }
        var rest = ABIDecoder.decodeParts(data, as: unindexed)[...]
        return inputs.enumerated().map { index, parameter in
            guard parameter.indexed else { return rest.popFirst() ?? .failure(.noSuchField([index])) }
            return Result { () throws(ABIError) in
                try check(topics)
                return try indexedValue(index, topics)
            }
        }
    }

    /// The one value at a path of indices, through tuples where it has more than one; only what is on the way is read.
    package func decodeField(at path: [Int], topics: [Hash32], data: [UInt8]) throws(ABIError) -> ABIValue {
        guard hasItsTopic(topics) else { throw .wrongTopic }
        guard let first = path.first, inputs.indices.contains(first) else { throw .noSuchField(path) }
        if inputs[first].indexed {
            guard path.count == 1 else { throw .noSuchField(path) }
            try check(topics)
            return try indexedValue(first, topics)
        }
        let place = inputs[..<first].count { !$0.indexed }
        return try ABIDecoder.decodeField(data, as: unindexed, at: [place] + path.dropFirst())
    }

    private func hasItsTopic(_ topics: [Hash32]) -> Bool { anonymous || topics.first == topic }

    private func check(_ topics: [Hash32]) throws(ABIError) {
        guard hasItsTopic(topics) else { throw .wrongTopic }
        guard topics.count == topicCount else { throw .topicCount(expected: topicCount, actual: topics.count) }
    }

    /// The topic of an indexed parameter, which `check` has shown to be there.
    private func indexedValue(_ index: Int, _ topics: [Hash32]) throws(ABIError) -> ABIValue {
        let parameter = inputs[index]
        let topic = topics[inputs[..<index].count { $0.indexed } + (anonymous ? 0 : 1)]
        guard parameter.type.isValueType else { return .fixedBytes(topic.bytes) }
        do { return try ABIWord.decode(topic, parameter.type) } catch {
            throw .decoding(path: parameter.label(index), error.fault)
        }
    }
}
