extension ABIDecoder {
    /// Reads each parameter for itself: damage to one does not hide the others.
    ///
    /// An offset is judged only against the heads and the sound values before it.
    static func decodeParts(
        _ data: [UInt8],
        as parameters: [ABIParameter]
    ) -> [Result<ABIValue, ABIError>] {
        var decoder = ABIDecoder(data)
        decoder.skipHead(ABIParameter.headSize(parameters))
        var head = 0
        return parameters.enumerated().map { index, parameter in
            let next = saturatingSum(head, parameter.type.headSize)
            defer { head = next }
            return decoder.part(parameter, label: parameter.label(index), head: head)
        }
    }

    /// Reads the one value at a path of indices through tuples, and nothing that is not on the way.
    static func decodeField(
        _ data: [UInt8],
        as parameters: [ABIParameter],
        at path: [Int]
    ) throws(ABIError) -> ABIValue {
        var decoder = ABIDecoder(data)
        var members = parameters
        var base = 0
        var head = 0
        var name = ""
        for (level, index) in path.enumerated() {
            guard members.indices.contains(index) else { throw .noSuchField(path) }
            let member = members[index]
            name += (name.isEmpty ? "" : ".") + member.label(index)
            decoder.skipHead(saturatingSum(base, ABIParameter.headSize(members)))
            head = saturatingSum(head, ABIParameter.headSize(Array(members[..<index])))
            if level == path.count - 1 { return try decoder.field(member.type, base: base, head: head, name) }
            guard case .tuple(let inner) = member.type else { throw .noSuchField(path) }
            if member.type.isDynamic {
                base = try decoder.start(base: base, head: head, name)
                head = base
            }
            members = inner
        }
        throw .noSuchField(path)
    }

    private mutating func part(_ parameter: ABIParameter, label: String, head: Int) -> Result<ABIValue, ABIError> {
        let before = self
        do { return .success(try field(parameter.type, base: 0, head: head, label)) } catch {
            self = before
            return .failure(error)
        }
    }

    private mutating func field(
        _ type: ABIType,
        base: Int,
        head: Int,
        _ name: String
    ) throws(ABIError) -> ABIValue {
        var head = head
        do { return try value(type, base: base, head: &head) } catch {
            let located = error.within(name)
            throw .decoding(path: located.path, located.fault)
        }
    }

    private func start(base: Int, head: Int, _ name: String) throws(ABIError) -> Int {
        do { return try tail(base: base, head: head) } catch { throw .decoding(path: name, error.fault) }
    }
}
