import Arguments
import Ethereum
import Formats
import JSON
import Keys
import RelayerConfiguration

/// `key`: makes the account's key, and tells its address.
struct KeyCommand: RunnableCommand {
    enum Task: Sendable {
        case new(keystore: String, passwordFile: String)
        case address(String)
    }

    let task: Task
    let json: Bool

    static let command = Command<any RunnableCommand>(
        "key",
        "Make the account's key, or show its address.",
        examples: [
            Example("key new", "A new key in relayer.json, its password in relayer.password."),
            Example("key address", "The address to fund, and to allow by setRelayer."),
        ],
        subcommands: [
            Command(
                "new",
                "Make a key and write it into a new keystore.",
                discussion: """
                    The keystore is a v3 file as geth writes it. Where the password file does not exist, one is made with a \
                    password drawn by chance. Keep both; without them the account's money is lost.
                    """,
                examples: [Example("key new", "relayer.json and relayer.password in this folder.")]
            ) { arguments in
                KeyCommand(
                    task: .new(
                        keystore: arguments.option(
                            "keystore",
                            "FILE",
                            .path,
                            default: "relayer.json",
                            "The new keystore; it must not exist."
                        ),
                        passwordFile: arguments.option(
                            "password-file",
                            "FILE",
                            .path,
                            default: "relayer.password",
                            "The file with its password."
                        )
                    ),
                    json: arguments.flag("json", "As a JSON object.")
                )
            },
            Command(
                "address",
                "Show the address of the settings' account.",
                examples: [Example("key address --config /etc/lilypad/relayer.yaml", "Of another settings file.")]
            ) { arguments in
                KeyCommand(
                    task: .address(arguments.configuration()),
                    json: arguments.flag("json", "As a JSON object.")
                )
            },
        ]
    )

    func run() async throws -> ExitCode {
        switch task {
        case .address(let configuration):
            tell(try Wiring(configuration: configuration, needsAccount: true).signer().address)
        case .new(let keystore, let passwordFile):
            guard keystore != passwordFile else {
                throw CommandFailure("--keystore and --password-file name the same file, \(keystore)", .usage)
            }
            guard !PrivateFile.exists(keystore) else {
                throw CommandFailure("\(keystore) exists: a key is never written over; name another --keystore", .usage)
            }
            try PrivateFile.requireFolder(of: keystore)
            if !PrivateFile.exists(passwordFile) {
                try PrivateFile.write(Array((try Self.password() + "\n").utf8), to: passwordFile, replacing: false)
                Output.error("wrote \(passwordFile)")
            }
            let key = try PrivateKey.random()
            let json = try Keystore.json(key, password: try Secret.file(passwordFile))
            try PrivateFile.write(json, to: keystore, replacing: false)
            Output.error("wrote \(keystore)")
            tell(key.address)
        }
        return .done
    }

    private func tell(_ address: Address) {
        let value: JSONValue = ["address": .string(address.checksummed)]
        Output.line(json ? value.line : address.checksummed)
    }

    /// 192 bits by chance, in hex.
    private static func password() throws -> String {
        Hex.encode(try Secret.random(24).withBytes { bytes in bytes.indices.map { bytes[$0] } })
    }
}
