import Formats

/// Arguments sorted into options and positional ones, by the command's table (POSIX Utility Conventions and GNU's
/// additions: `--name value`, `--name=value`, `-n value`, `-nvalue`, `-abc`, `--`).
struct GivenArguments: Sendable, Equatable {
    /// Values by option name; a flag has an empty text for each time it is given.
    private(set) var options: [String: [String]] = [:]
    private(set) var positionals: [String] = []

    init() {}

    init(_ arguments: ArraySlice<String>, _ table: OptionTable, path: [String]) throws(UsageError) {
        var scanner = Scanner(arguments: arguments, table: table, path: path)
        while let argument = scanner.next() {
            switch argument {
            case "--":
                positionals += scanner.rest()
            case _ where argument.hasPrefix("--"):
                try add(scanner.long(argument), path)
            case _ where argument.hasPrefix("-") && argument != "-":
                for option in try scanner.short(argument) { try add(option, path) }
            default:
                positionals.append(argument)
            }
        }
    }

    private mutating func add(_ found: (option: OptionDescription, value: String), _ path: [String]) throws(UsageError)
    {
        let isRepeatable = found.option.presence == .repeated
        guard isRepeatable || options[found.option.name] == nil else {
            throw UsageError(path, "\(found.option.spelling) is given twice; once is enough")
        }
        options[found.option.name, default: []].append(found.value)
    }
}

/// Takes arguments one after the other, with the values that belong to them.
private struct Scanner {
    typealias Found = (option: OptionDescription, value: String)

    var arguments: ArraySlice<String>
    let table: OptionTable
    let path: [String]

    mutating func next() -> String? { arguments.popFirst() }

    mutating func rest() -> [String] {
        defer { arguments = [] }
        return Array(arguments)
    }

    /// `--name`, `--name value` or `--name=value`.
    mutating func long(_ argument: String) throws(UsageError) -> Found {
        let parts = argument.split(separator: "=", maxSplits: 1, omittingEmptySubsequences: false).map(String.init)
        let name = parts.first ?? argument
        guard let option = table.option(name) else { throw unknown(name) }
        guard parts.count == 2, let value = parts.last else { return (option, try value(of: option)) }
        guard option.takesValue else {
            throw UsageError(path, "\(option.spelling) takes no value, found \(quoted(value))")
        }
        return (option, value)
    }

    /// `-n`, `-n value`, `-nvalue`, or several flags in one: `-abc`.
    mutating func short(_ argument: String) throws(UsageError) -> [Found] {
        var letters = argument.dropFirst()
        var found: [Found] = []
        while let letter = letters.popFirst() {
            guard let option = table.option("-\(letter)") else { throw unknown("-\(letter)") }
            guard option.takesValue, !letters.isEmpty else {
                found.append((option, try value(of: option)))
                continue
            }
            found.append((option, String(letters)))
            break
        }
        return found
    }

    /// The next argument, unless it is an option of this command: then the value was forgotten.
    private mutating func value(of option: OptionDescription) throws(UsageError) -> String {
        guard option.takesValue else { return "" }
        let needs = "\(option.spelling) needs a value, \(option.expectation): \(option.usage)"
        guard let value = arguments.first, value != "--" else { throw UsageError(path, needs) }
        guard table.option(value) == nil else { throw UsageError(path, "\(needs); found the option \(value)") }
        arguments = arguments.dropFirst()
        return value
    }

    private func unknown(_ name: String) -> UsageError {
        let known = (table.options + [OptionTable.help]).map(\.spelling)
        let remedy = nearestName(to: name, among: known).map { "did you mean \($0)?" }
        return UsageError(
            path,
            "unknown option \(quoted(name)); \(remedy ?? "known here: \(known.joined(separator: ", "))")"
        )
    }
}
