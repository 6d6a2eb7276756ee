import Formats
import JSON

extension SettingsReference {
    /// The JSON schema (draft 2020-12), which editors check YAML against; compact, one line.
    package var schema: String {
        let head = JSONMember("$schema", "https://json-schema.org/draft/2020-12/schema")
        return String(decoding: JSONWriter.bytes(of: .object([head] + Self.object(members))), as: UTF8.self) + "\n"
    }

    private static func object(_ members: [KeyDescription]) -> [JSONMember] {
        let required = members.filter { $0.presence == .required }.map { JSONValue.string($0.key) }
        let properties = members.compactMap { member in schema(of: member).map { JSONMember(member.key, .object($0)) } }
        // A section whose keys may all be left out may be written as nothing: `log:`.
        let type: JSONValue = required.isEmpty ? ["object", "null"] : "object"
        return [
            JSONMember("type", type), JSONMember("additionalProperties", false),
            JSONMember("required", .array(required)), JSONMember("properties", .object(properties)),
        ]
    }

    /// The key's schema; nil for a secret, which no file may hold.
    private static func schema(of member: KeyDescription) -> [JSONMember]? {
        guard var schema = schema(of: member.shape) else { return nil }
        schema.append(JSONMember("description", .string(member.help)))
        if let value = defaultValue(of: member) { schema.append(JSONMember("default", value)) }
        return schema
    }

    private static func schema(of shape: KeyDescription.Shape) -> [JSONMember]? {
        switch shape {
        case .value(let value, _): value.members
        case .values(let value, _, let count): list(value.members, count)
        case .section(let nested): object(nested)
        case .sections(let nested, let count): list(object(nested), count)
        case .secret: nil
        }
    }

    private static func list(_ items: [JSONMember], _ count: ClosedRange<Int>) -> [JSONMember] {
        [
            JSONMember("type", "array"), JSONMember("minItems", .number(JSONNumber(count.lowerBound))),
            JSONMember("maxItems", .number(JSONNumber(count.upperBound))), JSONMember("items", .object(items)),
        ]
    }

    /// A default is written as its schema's type is.
    private static func defaultValue(of member: KeyDescription) -> JSONValue? {
        if case .defaultedList(let texts) = member.presence { return .array(texts.map { .string($0) }) }
        guard case .defaulted(let text) = member.presence else { return nil }
        return switch member.shape {
        case .value(.integer, _): JSONNumber(text: text).map { .number($0) }
        case .value(.boolean, _): .bool(text == "true")
        default: .string(text)
        }
    }
}

extension ValueSchema {
    fileprivate var members: [JSONMember] {
        switch self {
        case .text(let pattern?): [JSONMember("type", "string"), JSONMember("pattern", .string(pattern))]
        case .text(nil), .path: [JSONMember("type", "string"), JSONMember("minLength", 1)]
        case .integer(let minimum, let maximum):
            [JSONMember("type", "integer")] + Self.bound("minimum", minimum) + Self.bound("maximum", maximum)
        case .numberOrText(let pattern):
            [
                JSONMember("type", ["integer", "string"]), JSONMember("minimum", 1),
                JSONMember("pattern", .string(pattern)),
            ]
        case .boolean: [JSONMember("type", "boolean")]
        case .scalar: [JSONMember("type", ["string", "number", "boolean"])]
        case .choice(let words): [JSONMember("enum", .array(words.map { .string($0) }))]
        }
    }

    private static func bound(_ name: String, _ text: String) -> [JSONMember] {
        JSONNumber(text: text).map { [JSONMember(name, .number($0))] } ?? []
    }
}
