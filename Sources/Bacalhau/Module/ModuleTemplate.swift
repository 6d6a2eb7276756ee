internal import Formats
internal import JSON

/// A module as the operator's settings have it: its parameters, and the task that is run.
///
/// The task is one of the v1 job model, in whose string values `{{name}}` stands for an input. It is parsed once, when
/// the settings are read, and inputs are put into its strings afterwards: an input cannot add a key, leave its string,
/// or become another kind of value, whatever characters it has. Nor is what it says expanded again: `{{x}}` in an input
/// is text. `{{{{` in a template is `{{` itself.
///
/// What an input may decide is the operator's choice, by where a placeholder stands: nothing but the strings that have
/// one can differ between two calls. A placeholder within an image or the host of a URL lets the requester choose it,
/// and one within the command line of a shell lets them write commands; give an input an argument or a variable of its
/// own.
package struct ModuleTemplate: Sendable, Equatable {
    package let name: ModuleName
    package let parameters: [ModuleParameter]
    let root: TemplateNode
    /// Bytes of the compact task with every input empty.
    let size: Int
    /// How often each of the parameters stands in it.
    let uses: [Int]

    /// Why there is no such module; for the operator.
    package struct Flaw: Error, Sendable, Equatable {
        /// The parameter that is at fault; nil where the template is.
        package let parameter: Int?
        /// What is wrong, in the template with its place.
        package let message: String
    }

    /// Bytes of a template at most.
    package static let textLimit = 256 << 10
    /// Parameters of a module at most: as many as a call has inputs.
    package static let parameterLimit = 64

    /// Reads the template's text and tries it with default and sample values.
    package init(
        name: ModuleName,
        parameters: [ModuleParameter],
        text: [UInt8],
        limits: SpecLimits = SpecLimits()
    ) throws(Flaw) {
        if let twice = parameters.indices.first(where: { parameters.firstIndex(named: parameters[$0].name) != $0 }) {
            throw Flaw(parameter: twice, message: "\"\(parameters[twice].name)\" is declared twice")
        }
        guard text.count <= Self.textLimit else {
            throw Flaw(parameter: nil, message: "has more than \(Self.textLimit) bytes")
        }
        var compiler = TemplateCompiler(parameters: parameters)
        do throws(SpecRefusal) {
            let tree = try TaskSpec.parse(text, limits: SpecLimits(body: Self.textLimit))
            let node = SpecNode(value: tree, path: JSONPath(), text: text)
            try TaskSpec.refuseWholeJob(node)
            root = try compiler.compile(node)
        } catch {
            throw Flaw(parameter: nil, message: error.text)
        }
        if let unused = compiler.uses.firstIndex(of: 0) {
            let placeholder = "{{\(parameters[unused].name)}}"
            throw Flaw(
                parameter: unused,
                message: "the template has no \(placeholder): put it where the input belongs, or remove the parameter"
            )
        }
        self.name = name
        self.parameters = parameters
        uses = compiler.uses
        size = JSONWriter.bytes(of: root.filled(with: parameters.map { _ in "" })).count
        try tryOut(text, limits)
    }

    private func tryOut(_ text: [UInt8], _ limits: SpecLimits) throws(Flaw) {
        do {
            _ = try task(with: parameters.map(\.trial), limits: limits, text: text)
        } catch {
            let hint =
                parameters.isEmpty
                ? ""
                : " (tried with \(trials)); where that is the value's fault, give its parameter a default or a sample"
            throw Flaw(parameter: nil, message: "its task is refused: \(error.text)\(hint)")
        }
    }

    private var trials: String {
        parameters.map { "\($0.name) \(SafeText.quoted($0.trial, limit: 40))" }.joined(separator: ", ")
    }
}

extension [ModuleParameter] {
    func firstIndex(named name: String) -> Int? { firstIndex { $0.name == name } }
}

/// A template's JSON with its placeholders.
enum TemplateNode: Sendable, Equatable {
    struct Member: Sendable, Equatable {
        let name: String
        let value: TemplateNode
    }

    /// A part of a string.
    enum Piece: Sendable, Equatable {
        case literal(String)
        /// By its place among the parameters.
        case input(Int)
    }

    /// A value without placeholders.
    case fixed(JSONValue)
    case string([Piece])
    case array([TemplateNode])
    case object([Member])

    /// The value with an input's text for each placeholder; `inputs` is as long as the parameters are.
    func filled(with inputs: [String]) -> JSONValue {
        switch self {
        case .fixed(let value): return value
        case .array(let elements): return .array(elements.map { $0.filled(with: inputs) })
        case .object(let members):
            return .object(members.map { JSONMember($0.name, $0.value.filled(with: inputs)) })
        case .string(let pieces):
            var text = ""
            for piece in pieces {
                switch piece {
                case .literal(let part): text += part
                case .input(let index): text += inputs[index]
                }
            }
            return .string(text)
        }
    }
}
