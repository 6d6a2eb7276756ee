package import Ethereum
internal import JSON

/// The events and functions of a contract, as its compiler wrote them down.
package struct ContractABI: Sendable, Equatable {
    /// Why a file is no ABI.
    package struct Fault: Error, Equatable, Sendable, CustomStringConvertible {
        package let description: String
    }

    package let events: [ABIEvent]
    package let functions: [ABIFunction]

    package init(events: [ABIEvent], functions: [ABIFunction]) {
        self.events = events
        self.functions = functions
    }

    /// Reads an ABI: a JSON array, or an object that holds one under `abi`, as compilers' and tools' artifacts do.
    ///
    /// What has a type that this program does not speak (`fixed`, `function`) is left out: no binding can name it.
    package static func read(_ text: [UInt8]) throws(Fault) -> ContractABI {
        let tree: JSONValue
        do {
            tree = try JSONValue.parse(text, limits: JSONLimits(bytes: sizeLimit))
        } catch {
            throw Fault(
                description: "is no JSON: \(error.reason.words) at \(JSONPlace(offset: error.offset, in: text))"
            )
        }
        guard let entries = tree.array ?? tree["abi"]?.array else {
            throw Fault(
                description: "has no ABI: it must be a list of entries, or an object with such a list as \"abi\""
            )
        }
        var (events, functions): ([ABIEvent], [ABIFunction]) = ([], [])
        for (index, entry) in entries.enumerated() {
            do throws(EntryFault) {
                switch entry["type"]?.string {
                case "event": events.append(try event(entry))
                case "function", nil: functions.append(try function(entry))
                default: break
                }
            } catch {
                guard case .malformed(let reason) = error else { continue }
                throw Fault(description: "entry \(index + 1): \(reason)")
            }
        }
        return ContractABI(events: events, functions: functions)
    }

    /// Bytes of a file: artifacts hold bytecode too.
    package static let sizeLimit = 8 << 20

    private enum EntryFault: Error {
        case unsupported
        case malformed(String)
    }

    private static func event(_ entry: JSONValue) throws(EntryFault) -> ABIEvent {
        ABIEvent(
            name: try name(of: entry),
            inputs: try parameters(entry["inputs"]),
            anonymous: entry["anonymous"]?.bool ?? false
        )
    }

    private static func function(_ entry: JSONValue) throws(EntryFault) -> ABIFunction {
        ABIFunction(
            name: try name(of: entry),
            inputs: try parameters(entry["inputs"]),
            outputs: try parameters(entry["outputs"])
        )
    }

    private static func name(of entry: JSONValue) throws(EntryFault) -> String {
        guard let name = entry["name"]?.string, !name.isEmpty, name.utf8.count <= 256 else {
            throw .malformed("\"name\" is missing")
        }
        return name
    }

    private static func parameters(_ list: JSONValue?, depth: Int = 0) throws(EntryFault) -> [ABIParameter] {
        guard let list else { return [] }
        guard let items = list.array, depth <= ABIType.maximumDepth else {
            throw .malformed("parameters have to be a list")
        }
        var parameters: [ABIParameter] = []
        for item in items {
            guard let type = item["type"]?.string else { throw .malformed("a parameter has no \"type\"") }
            let components = try Self.parameters(item["components"], depth: depth + 1)
            do {
                parameters.append(
                    ABIParameter(
                        name: item["name"]?.string ?? "",
                        type: try ABIType(type, components: components),
                        indexed: item["indexed"]?.bool ?? false
                    )
                )
            } catch {
                if case .unsupportedType = error { throw .unsupported }
                throw .malformed("\(type) is no type")
            }
        }
        return parameters
    }
}
