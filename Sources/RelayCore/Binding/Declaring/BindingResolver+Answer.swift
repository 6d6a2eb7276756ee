internal import Ethereum
internal import Formats

extension BindingResolver {
    /// A settling function with its arguments.
    func call(_ call: BindingDeclaration.Call, _ key: String, _ names: FieldName) -> SettlingCall? {
        guard
            let function = attempt({ () throws(BindingProblem) in
                try abi.function(call.function, "\(key).function")
            })
        else { return nil }
        let leaves = function.inputs.leaves
        guard leaves.count == call.arguments.count else {
            let wanted = leaves.map { "\($0.type) \($0.name)" }.joined(separator: ", ")
            problems.append(
                BindingProblem(
                    "\(key).arguments",
                    "\(function.signature) takes \(leaves.count) values (\(wanted)), and \(call.arguments.count) are named"
                )
            )
            return nil
        }
        var arguments: [SettlingCall.Argument] = []
        for (index, (word, leaf)) in zip(call.arguments, leaves).enumerated() {
            let place = "\(key).arguments[\(index)]"
            guard
                let argument = attempt({ () throws(BindingProblem) in
                    let word = ArgumentWord(word, place)
                    let argument = try word.argument(for: leaf, of: function, names, declaration, &echoes)
                    if argument == .jobID {
                        checkRoom(forID: leaf.type, "\(quoted(leaf.name)) of \(function.signature)", place)
                    }
                    return argument
                })
            else { return nil }
            arguments.append(argument)
        }
        let isAddressed = arguments.contains { [.jobID, .jobIDText, .requestHash, .requestHashText].contains($0) }
        if !isAddressed, !(declaration.jobID == nil && arguments.contains(.requester)) {
            problems.append(
                BindingProblem("\(key).arguments", "neither jobId nor requestHash says which request is answered")
            )
        }
        if key == "fulfill", !arguments.contains(.text) {
            problems.append(BindingProblem("\(key).arguments", "without text the answer would not reach the contract"))
        }
        return SettlingCall(function: function, arguments: arguments)
    }
}

extension [ABIParameter] {
    /// The values one by one, those of tuples in their places.
    var leaves: [ABIParameter] {
        flatMap { parameter -> [ABIParameter] in
            if case .tuple(let members) = parameter.type { members.leaves } else { [parameter] }
        }
    }
}
