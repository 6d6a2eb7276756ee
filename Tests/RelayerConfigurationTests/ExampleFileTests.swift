import Bacalhau
import RelayTestSupport
import RelayerConfiguration
import Testing

@testable import Settings  // To list the keys of a YAML text, which no program needs.

@Suite struct ExampleFileTests {
    private let path = PackageRoot.path + "/config/relayer.example.yaml"
    private let reference = ConfigurationFile.reference

    @Test func isWhatTheTemplateWrites() throws {
        let written = String(decoding: try SettingsFile.bytes(of: path), as: UTF8.self)
        #expect(written == ConfigurationTemplate.example.text, "config init and config/relayer.example.yaml differ")
    }

    @Test func isAccepted() throws {
        let settings = try ConfigurationFile.read(path, environment: [:], needsAccount: true)
        let folder = PackageRoot.path + "/config"
        #expect(settings.chain.id == 1337)
        #expect(settings.database == folder + "/relayer.sqlite")
        #expect(
            settings.account
                == .keystore(path: folder + "/relayer.json", password: .file(folder + "/relayer.password"))
        )
    }

    /// What is commented out counts: every key is explained there, and none that does not exist.
    @Test func hasEveryKeyOfTheReferenceAndNoOther() throws {
        let root = try YAMLReader.read(uncommented(try SettingsFile.bytes(of: path)), file: "example")
        #expect(keys(of: root, under: "").sorted() == reference.keys.sorted())
    }

    /// A commented-out key is itself a valid one, except for the second way to name a key or to say who we are, the second place of files,
    /// a module's inputs beside the spec of another format, and what another type of a module's parameter has.
    @Test func showsValidValuesWhereKeysAreCommentedOut() throws {
        let text = String(decoding: uncommented(try SettingsFile.bytes(of: path)), as: UTF8.self)
        let others = [
            "  keyFile:", "        min:", "        max:", "      inputs:", "  api: http://127.0.0.1:5001", "  user:",
            "  passwordFile: bacalhau.password", "      user:", "      passwordFile: spare.password",
        ]
        let lines = text.split(separator: "\n").filter { line in !others.contains { line.hasPrefix($0) } }
        let settings = try ConfigurationFile.read(
            Array(lines.joined(separator: "\n").utf8),
            path: path,
            environment: [:],
            needsAccount: true
        )
        #expect(settings.modules.names == ["cowsay:v0.0.4"])
    }

    @Test func namesTheSecretsVariables() throws {
        let text = String(decoding: try SettingsFile.bytes(of: path), as: UTF8.self)
        for variable in [
            "LILYPAD_ACCOUNT__PASSWORD", "LILYPAD_ACCOUNT__KEY", "LILYPAD_BACALHAU__API_KEY",
            "LILYPAD_BACALHAU__PASSWORD",
        ] {
            #expect(text.contains(variable), "\(variable)")
        }
    }

    /// `#key: value` without its mark; `# text` stays a comment.
    private func uncommented(_ bytes: [UInt8]) -> [UInt8] {
        let lines = String(decoding: bytes, as: UTF8.self).split(separator: "\n", omittingEmptySubsequences: false)
        let text = lines.map { line -> String in
            let indent = line.prefix { $0 == " " }
            let rest = line.dropFirst(indent.count)
            return rest.hasPrefix("#") && !rest.hasPrefix("# ") ? String(indent + rest.dropFirst()) : String(line)
        }
        return Array(text.joined(separator: "\n").utf8)
    }

    private func keys(of node: Node, under path: String) -> [String] {
        guard case .mapping(let entries) = node.content else { return [] }
        return entries.flatMap { entry -> [String] in
            let key = path.isEmpty ? entry.key : "\(path).\(entry.key)"
            guard case .sequence(let items) = entry.value.content else {
                return [key] + keys(of: entry.value, under: key)
            }
            return [key + "[]"] + items.flatMap { keys(of: $0, under: key + "[]") }
        }
    }
}
