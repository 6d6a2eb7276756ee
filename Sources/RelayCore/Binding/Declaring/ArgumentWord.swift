internal import Ethereum
internal import Formats

/// A word of the settings for a value that a settling function is given.
struct ArgumentWord {
    let word: String
    let key: String

    init(_ word: String, _ key: String) {
        self.word = word
        self.key = key
    }

    private static let words: [(word: String, argument: SettlingCall.Argument, expected: String)] = [
        ("jobId", .jobID, "an unsigned integer"),
        ("jobIdText", .jobIDText, "a string"),
        ("requester", .requester, "an address"),
        ("requestHash", .requestHash, "bytes32"),
        ("requestHashText", .requestHashText, "a string"),
        ("resultType", .resultType, "an unsigned integer"),
        ("text", .text, "a string or bytes"),
    ]

    /// What the word stands for, where the value has this type; a field of the event is noted in `echoes`.
    func argument(
        for leaf: ABIParameter,
        of function: ABIFunction,
        _ event: FieldName,
        _ declaration: BindingDeclaration,
        _ echoes: inout [ContractBinding.Path]
    ) throws(BindingProblem) -> SettlingCall.Argument {
        let owner = "\(quoted(leaf.name)) of \(function.signature)"
        if let known = Self.words.first(where: { $0.word == word }) {
            guard Self.fits(known.argument, leaf.type) else {
                throw BindingProblem(key, "\(word) is \(known.expected), and \(owner) is a \(leaf.type)")
            }
            if known.argument == .jobID || known.argument == .jobIDText, declaration.jobID == nil {
                throw BindingProblem(key, "there is no job id: request.id names none")
            }
            if known.argument == .requester, declaration.requester == nil {
                throw BindingProblem(key, "nobody is known to have asked: request.requester names no field")
            }
            return known.argument
        }
        if word.hasPrefix("event.") {
            let found = try event.find(String(word.dropFirst(6)), key)
            guard found.parameter.type == leaf.type, !(found.isIndexed && leaf.type.isHashedWhenIndexed) else {
                throw BindingProblem(key, "\(word) is a \(found.parameter.type), and \(owner) is a \(leaf.type)")
            }
            if let index = echoes.firstIndex(of: found.path) { return .echo(index) }
            echoes.append(found.path)
            return .echo(echoes.count - 1)
        }
        return .constant(try constant(leaf.type, owner))
    }

    private static func fits(_ argument: SettlingCall.Argument, _ type: ABIType) -> Bool {
        switch argument {
        case .jobID, .resultType: type.isUnsigned
        case .requester: type == .address
        case .requestHash: type == .fixedBytes(32)
        case .jobIDText, .requestHashText: type == .string
        case .text: type.isText
        case .echo, .constant: false
        }
    }

    /// `true`, `false`, a number, or a text in double quotes.
    private func constant(_ type: ABIType, _ owner: String) throws(BindingProblem) -> ABIValue {
        switch type {
        case .bool where word == "true" || word == "false": return .bool(word == "true")
        case .uint(let bits):
            if let number = UInt256(decimal: word), number.significantBits <= bits { return .uint(number) }
        case .string where word.hasPrefix("\"") && word.hasSuffix("\"") && word.utf8.count >= 2:
            return .text(String(word.dropFirst().dropLast()))
        default: break
        }
        let words = Self.words.map(\.word)
        let near = nearestName(to: word, among: words).map { "did you mean \($0)?" }
        let known = "known are \(words.joined(separator: ", ")), event.FIELD, true, false, a number, \"a text\""
        throw BindingProblem(key, "\(quoted(word)) is nothing that \(owner), a \(type), can be given; \(near ?? known)")
    }
}
