/// Reads settings from a YAML file and the environment into checked values; nothing of the relayer is in this folder.
///
/// A program writes one function from a `Section` to its settings. That function reads and checks, and run without a
/// file it describes: the reference and the JSON schema of all keys come from it, so they cannot differ from the code.
package enum Settings {
    /// The settings that `read` makes of a file's content and the environment; throws everything that is wrong with them.
    ///
    /// Messages show the file's name as `file` has it. Relative paths in the settings start at `directory`, the file's
    /// own folder. The environment goes before the file.
    package static func read<Value>(
        _ bytes: [UInt8],
        file: String,
        directory: String = "",
        environment: EnvironmentOverrides = .none,
        _ read: (Section) -> Value
    ) throws(Problems) -> Value {
        var root = try document(bytes, file: file)
        let reading = Reading(directory: directory, prefix: environment.prefix)
        reading.add(environment.apply(to: &root))
        let value = reading.open(root, at: "").finish(read)
        guard reading.problems.isEmpty else { throw Problems(reading.problems) }
        return value
    }

    static func document(_ bytes: [UInt8], file: String) throws(Problems) -> Node {
        do throws(Problem) {
            let root = try YAMLReader.read(bytes, file: file)
            guard case .mapping = root.content else {
                throw Problem(place: root.place, message: "expected keys and values, found \(root.shown())")
            }
            return root
        } catch {
            throw Problems([error])
        }
    }
}
