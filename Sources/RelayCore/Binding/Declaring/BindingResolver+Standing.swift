internal import Ethereum
internal import Formats

extension BindingResolver {
    /// The view that tells whether a job still waits.
    func record(_ standing: BindingDeclaration.Standing) throws(BindingProblem) -> RecordView {
        guard declaration.jobID != nil else {
            throw BindingProblem("settled.view", "it is asked by job id, and request.id names none")
        }
        let function = try abi.function(standing.view, "settled.view")
        guard function.inputs.count == 1, let input = function.inputs.first, input.type.isUnsigned else {
            throw BindingProblem("settled.view", "\(function.signature) has to take a job id and nothing else")
        }
        checkRoom(forID: input.type, "the input of \(function.signature)", "settled.view")
        let names = FieldName(parameters: function.outputs, owner: "the output of \(function.signature)")
        let value = standing.value.isEmpty ? "#0" : standing.value
        let found = try names.find(value, "settled.value", "a boolean or an unsigned integer") {
            $0 == .bool || $0.isUnsigned
        }
        let open = try open(standing.open, quoted(value), found.parameter.type)
        let hash = try standing.requestHash.map { name throws(BindingProblem) in
            try names.find(name, "settled.requestHash", "a bytes32") { $0 == .fixedBytes(32) }.path
        }
        var meanings = [RecordView.Meaning(open, .requested)]
        // What a contract says of a job that it does not have, as a node does that is a block behind.
        if case .uint(let number) = open, number != .zero { meanings.append(RecordView.Meaning(.uint(.zero), .none)) }
        return RecordView(
            function: function,
            state: found.path,
            meanings: meanings,
            otherwise: .fulfilled,
            requestHash: hash
        )
    }

    /// What the view says of a job that waits; what its type cannot hold would make every job look closed.
    private func open(_ word: String, _ owner: String, _ type: ABIType) throws(BindingProblem) -> ABIValue {
        guard case .uint(let bits) = type else {
            guard ["true", "false"].contains(word) else {
                throw BindingProblem("settled.open", "\(owner) is true or false, not \(quoted(word))")
            }
            return .bool(word == "true")
        }
        guard let number = UInt256(decimal: word) else {
            throw BindingProblem("settled.open", "\(quoted(word)) is no number, which \(owner) is")
        }
        guard number.significantBits <= bits else {
            throw BindingProblem("settled.open", "\(quoted(word)) is more than \(owner), a \(type), can be")
        }
        return .uint(number)
    }

    /// An event that tells that a job is closed.
    func outcome(_ one: BindingDeclaration.Outcome, _ key: String) throws(BindingProblem) -> OutcomeEvent {
        guard declaration.jobID != nil else {
            throw BindingProblem("\(key).event", "it closes a job by its id, and request.id names none")
        }
        let event = try abi.event(one.event, "\(key).event")
        let names = FieldName(parameters: event.inputs, owner: event.signature)
        let id = try names.find(one.jobID, "\(key).id", "an unsigned integer", \.isUnsigned)
        checkRoom(forID: id.parameter.type, "\(quoted(one.jobID)) of \(event.signature)", "\(key).id")
        let requester = try one.requester.map { name throws(BindingProblem) in
            try names.find(name, "\(key).requester", "an address") { $0 == .address }.path
        }
        let success = try one.success.map { name throws(BindingProblem) in
            try names.find(name, "\(key).success", "a boolean") { $0 == .bool }.path
        }
        return OutcomeEvent(
            event: event,
            jobID: id.path,
            requester: requester,
            kind: success.map { .flag($0) } ?? .always(one.closing)
        )
    }
}
