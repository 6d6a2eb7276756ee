package import Ethereum

/// A function that settles a request, and what it is given.
package struct SettlingCall: Sendable, Equatable {
    /// What an argument stands for.
    package enum Argument: Sendable, Equatable {
        case jobID
        /// The job id in decimal digits.
        case jobIDText
        case requester
        case requestHash
        /// The request's hash with `0x`.
        case requestHashText
        case resultType
        /// The result's or the reason's text, as a `string` or as `bytes`.
        case text
        /// The event's own value, by its place among the echoed fields.
        case echo(Int)
        case constant(ABIValue)
    }

    package let function: ABIFunction
    /// One for each value that the function takes, the members of tuples one by one.
    package let arguments: [Argument]

    package init(function: ABIFunction, arguments: [Argument]) {
        self.function = function
        self.arguments = arguments
    }

    /// Whether the answer is given as `bytes`.
    var takesBytes: Bool {
        zip(arguments, function.inputs.leaves).contains { $0 == .text && $1.type == .bytes }
    }

    /// Whom calldata of this function answers; nil where it is another function's, or names nobody.
    func requester(in calldata: [UInt8]) -> Address? {
        guard let values = try? function.decodeCall(calldata) else { return nil }
        let place = zip(arguments, values.leaves).first { $0.0 == .requester }
        if case .address(let address)? = place?.1 { return address }
        return nil
    }

    func calldata(
        for request: ObservedRequest,
        echoes: [ABIValue],
        text: [UInt8]
    ) throws(ABIError) -> [UInt8] {
        let context = Context(request: request, echoes: echoes, text: text)
        var rest = arguments[...]
        return try function.encodeCall(Self.values(of: function.inputs, &rest, context))
    }

    private struct Context {
        let request: ObservedRequest
        let echoes: [ABIValue]
        let text: [UInt8]
    }

    private static func values(
        of parameters: [ABIParameter],
        _ rest: inout ArraySlice<Argument>,
        _ context: Context
    ) -> [ABIValue] {
        var values: [ABIValue] = []
        for parameter in parameters {
            if case .tuple(let members) = parameter.type {
                values.append(.tuple(Self.values(of: members, &rest, context)))
            } else if let argument = rest.popFirst(), let value = value(argument, parameter.type, context) {
                values.append(value)
            }
        }
        // One that is missing is found by whoever encodes them.
        return values
    }

    private static func value(_ argument: Argument, _ type: ABIType, _ context: Context) -> ABIValue? {
        let request = context.request
        switch argument {
        case .jobID: return .uint(request.jobID)
        case .jobIDText: return .text(request.jobID.description)
        case .requester: return .address(request.requester)
        case .requestHash: return .fixedBytes(request.hash.bytes)
        case .requestHashText: return .text(request.hash.hex)
        case .resultType: return .uint(UInt256(UInt64(request.resultType ?? 0)))
        case .text: return type == .bytes ? .bytes(context.text) : .string(context.text)
        case .echo(let index): return context.echoes.indices.contains(index) ? context.echoes[index] : nil
        case .constant(let value): return value
        }
    }
}

extension [ABIValue] {
    /// The values one by one, those of tuples in their places.
    fileprivate var leaves: [ABIValue] {
        flatMap { value -> [ABIValue] in
            if case .tuple(let members) = value { members.leaves } else { [value] }
        }
    }
}
