internal import JSON

/// What a contract's event says of a module's call, as the one text that is stored of it: `name {"k":"v"}`.
///
/// What is no UTF-8, or no `key=value`, is passed on as it stands: whoever reads the text refuses it with its place.
package enum ModuleText {
    /// With inputs as `key=value` each.
    package static func write(_ name: [UInt8], pairs: [[UInt8]]) -> [UInt8] {
        guard !pairs.isEmpty else { return name }
        var text = name + Array(" {".utf8)
        for (index, pair) in pairs.enumerated() {
            if index > 0 { text.append(UInt8(ascii: ",")) }
            let equals = pair.firstIndex(of: UInt8(ascii: "="))
            let key = equals.map { pair[..<$0] } ?? pair[...]
            text += quoted(key)
            // Without its value it is no JSON, and is told so.
            if let equals { text += [UInt8(ascii: ":")] + quoted(pair[(equals + 1)...]) }
        }
        return text + [UInt8(ascii: "}")]
    }

    /// With parameters that are a JSON object, or else one text: the input `params`.
    package static func write(_ name: [UInt8], parameters: [UInt8]) -> [UInt8] {
        let space = Array(" ".utf8)
        if parameters.first(where: { !isSpace($0) }) == UInt8(ascii: "{") { return name + space + parameters }
        if parameters.isEmpty { return name }
        return name + space + Array(#"{"params":"#.utf8) + quoted(parameters[...]) + Array("}".utf8)
    }

    private static func isSpace(_ byte: UInt8) -> Bool { byte == 0x20 || (0x09...0x0d).contains(byte) }

    private static func quoted(_ text: ArraySlice<UInt8>) -> [UInt8] {
        guard let string = String(validating: text, as: UTF8.self) else {
            // As bad as it is: the reader finds the place.
            return [UInt8(ascii: "\"")] + text + [UInt8(ascii: "\"")]
        }
        var writer = JSONWriter()
        writer.string(string)
        return writer.bytes
    }
}
