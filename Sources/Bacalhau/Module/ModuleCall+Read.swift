internal import JSON

extension ModuleCall {
    /// Reads `name:version {"k":"v"}`; nothing of it is corrected.
    ///
    /// White space (as JSON has it) parts the name from the inputs and may stand before and behind both. The inputs are
    /// one flat JSON object of strings, numbers and booleans, and may be left out.
    package static func read(_ text: [UInt8], limits: SpecLimits = SpecLimits()) throws(SpecRefusal) -> ModuleCall {
        guard text.count <= limits.body else { throw tooLarge(text.count, limits) }
        let start = text.firstIndex { !isWhiteSpace($0) } ?? text.endIndex
        let end = text[start...].firstIndex(where: isWhiteSpace) ?? text.endIndex
        let module = try name(in: text, start..<end)
        guard let inputs = text[end...].firstIndex(where: { !isWhiteSpace($0) }) else {
            return ModuleCall(module: module, inputs: [])
        }
        return ModuleCall(module: module, inputs: try members(in: text, from: inputs))
    }

    private static func isWhiteSpace(_ byte: UInt8) -> Bool { [0x20, 0x09, 0x0a, 0x0d].contains(byte) }

    private static func name(in text: [UInt8], _ range: Range<Int>) throws(SpecRefusal) -> ModuleName {
        do {
            return try ModuleName(Array(text[range]))
        } catch {
            let place = JSONPlace(offset: range.lowerBound + error.offset, in: text)
            throw SpecRefusal(
                .badValue,
                "module: at \(place): the module's name \(error.reason); wanted is name:version {\"input\":\"value\"}"
            )
        }
    }

    private static func members(in text: [UInt8], from start: Int) throws(SpecRefusal) -> [JSONMember] {
        let members = try object(in: text, from: start)
        guard members.count <= inputLimit else { throw tooMany(members.count) }
        for member in members {
            guard isInputName(member.name) else {
                let words = "\(SafeText.quoted(member.name)) is no name of an input (\(inputNames))"
                throw SpecRefusal(.badValue, "module: inputs\(place(of: member, in: text, from: start)): \(words)")
            }
            switch member.value {
            case .string, .number, .bool: continue
            case .null, .array, .object:
                let words = "is \(member.value.shownKind), but has to be a string, a number or a boolean"
                let place = place(of: member, in: text, from: start)
                throw SpecRefusal(.wrongKind, "module: input \"\(member.name)\"\(place): \(words)")
            }
        }
        return members
    }

    private static func place(of member: JSONMember, in text: [UInt8], from start: Int) -> String {
        let offset = JSONPath([.key(member.name)]).offset(in: Array(text[start...]))
        return offset.map { " at \(JSONPlace(offset: start + $0, in: text))" } ?? ""
    }

    private static func object(in text: [UInt8], from start: Int) throws(SpecRefusal) -> [JSONMember] {
        let value: JSONValue
        do {
            value = try JSONValue.parse(
                text.span.extracting(droppingFirst: start),
                limits: JSONLimits(bytes: text.count)
            )
        } catch {
            throw refusal(of: error, in: text, from: start)
        }
        guard let members = value.object else {
            let place = JSONPlace(offset: start, in: text)
            let words = "are \(value.shownKind), but have to be an object such as {\"input\":\"value\"}"
            throw SpecRefusal(.wrongKind, "module: the inputs at \(place) \(words)")
        }
        return members
    }

    private static func refusal(of error: JSONError, in text: [UInt8], from start: Int) -> SpecRefusal {
        let offset = start + error.offset
        let place = JSONPlace(offset: offset, in: text)
        switch error.reason {
        case .utf8: return SpecRefusal(.notUTF8, "module: is no UTF-8 at \(place)")
        case .duplicateKey:
            var reader = JSONReader(text.span.extracting(droppingFirst: offset))
            let name = (try? reader.text()) ?? ""
            return SpecRefusal(.duplicateKey, "module: input \(SafeText.quoted(name)) at \(place) is there twice")
        default:
            return SpecRefusal(.notJSON, "module: the inputs are no JSON: \(error.reason.words) at \(place)")
        }
    }
}

extension JSONValue {
    /// The kind with its article.
    var shownKind: String {
        switch self {
        case .null: "null"
        case .array, .object: "an \(kind)"
        case .bool, .number, .string: "a \(kind)"
        }
    }
}
