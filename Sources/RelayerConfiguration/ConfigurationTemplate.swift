package import Ethereum
internal import Formats
package import RelayCore
import Settings

/// The commented settings file that `config init` writes and `run` accepts.
package struct ConfigurationTemplate: Sendable, Equatable {
    /// Which key the file names.
    package enum Account: Sendable, Equatable {
        /// Paths as the file will hold them: relative ones start at its folder.
        case keystore(path: String, passwordFile: String)
        /// The path of a file with the key's hexadecimal digits, as the file will hold it.
        case keyFile(String)
        /// None: the variable `LILYPAD_ACCOUNT__KEY` is to be set.
        case environment
    }

    package var contract: Address
    /// The node's URL, `http:` or `https:`, written as it is.
    package var rpc: String
    /// `ws:` or `wss:`; nil leaves a commented example.
    package var ws: String?
    /// The URL of the orchestrator's API, `http:` or `https:`.
    package var bacalhau: String
    package var chainID: UInt64
    package var startBlock: UInt64
    /// Confirmations before an answer is sent: see `Confirmations`.
    package var settle: FinalityRule
    package var account: Account

    package init(
        contract: Address,
        rpc: String,
        ws: String? = nil,
        bacalhau: String,
        chainID: UInt64,
        startBlock: UInt64,
        settle: FinalityRule,
        account: Account = .keystore(path: "relayer.json", passwordFile: "relayer.password")
    ) {
        self.contract = contract
        self.rpc = rpc
        self.ws = ws
        self.bacalhau = bacalhau
        self.chainID = chainID
        self.startBlock = startBlock
        self.settle = settle
        self.account = account
    }

    /// What `config/relayer.example.yaml` says: a chain and an orchestrator on this machine.
    package static let example = ConfigurationTemplate(
        contract: Address(hex: "0x5FbDB2315678afecb367f032d93F642f64180aa3") ?? .zero,
        rpc: "http://127.0.0.1:8545",
        ws: "ws://127.0.0.1:8546",
        bacalhau: "http://127.0.0.1:1234",
        chainID: 1337,
        startBlock: 0,
        settle: FinalityRule(blocks: 12)
    )

    /// The file's text.
    package var text: String {
        Self.head + "\n" + ConfigurationFile.reference.template(values: values, samples: Self.samples)
    }

    private static let head = """
        # Settings of lilypad-relayer.
        #
        # Keys that are commented out show their default or an example. Every key can be set by an environment
        # variable too, which goes before this file: LILYPAD_CHAIN__POLL_INTERVAL sets chain.pollInterval and
        # LILYPAD_CHAIN__RPC__0__URL the url of the first node. Secrets never stand here: they come from a file of
        # their own or from a variable. Check this file with: lilypad-relayer config check

        """

    private var values: [String: String] {
        var values = [
            "chain.id": String(chainID), "chain.rpc[].url": rpc, "chain.startBlock": String(startBlock),
            "chain.confirmations.settle": Format.finality.write(settle), "contracts[].address": contract.checksummed,
            "bacalhau.api": bacalhau,
        ]
        values["chain.rpc[].ws"] = ws
        switch account {
        case .keystore(let path, let passwordFile):
            values["account.keystore"] = path
            values["account.passwordFile"] = passwordFile
        case .keyFile(let path): values["account.keyFile"] = path
        case .environment: break
        }
        return values
    }

    private static let addresses = [
        "0x70997970C51812dc3A010C7d01b50e0d17dc79C8", "0x3C44CdDdB6a900fa2b585dd299e03d12FA4293BC",
    ]

    private static let samples = [
        "chain.rpc[].ws": "ws://127.0.0.1:8546", "chain.confirmations.receipt": "12", "chain.pollInterval": "4s",
        "contracts[].startBlock": "0",
        "policy.images[]": "registry.example/team/*", "policy.modules[]": "resize:1",
        "policy.hosts[]": "data.example.org", "policy.buckets[]": "my-inputs",
        "policy.publishBuckets[]": "my-results", "policy.domains[]": "api.example.org",
        "policy.environment[]": "SEED",
        "policy.requesters.allow[]": Self.addresses[0], "policy.requesters.deny[]": Self.addresses[1],
        "policy.senders.allow[]": Self.addresses[0], "policy.senders.deny[]": Self.addresses[1],
        "policy.quotas.requester.running": "16", "policy.quotas.requester.perHour": "100",
        "policy.quotas.requester.perDay": "1000", "policy.quotas.requester.computePerDay": "10h",
        "policy.quotas.all.perHour": "1000", "policy.quotas.all.perDay": "10000",
        "policy.quotas.all.computePerDay": "200h",
        "contracts[].gas.base": "60000", "contracts[].gas.perByte": "30", "contracts[].gas.callbackGas": "300000",
        "contracts[].verify.runs": "3", "contracts[].verify.agree": "2",
        "bacalhau.apiKeyFile": "bacalhau.key", "bacalhau.user": "relayer", "bacalhau.passwordFile": "bacalhau.password",
        "bacalhau.name": "main", "bacalhau.fallbacks[].name": "spare",
        "bacalhau.fallbacks[].api": "http://127.0.0.1:2234",
        "bacalhau.fallbacks[].apiKeyFile": "spare.key", "bacalhau.fallbacks[].user": "relayer",
        "bacalhau.fallbacks[].passwordFile": "spare.password",
        "results.gateway": "http://127.0.0.1:8080", "results.api": "http://127.0.0.1:5001",
        "bindings[].name": "mine", "bindings[].abi": "../abi/JobBridge.json",
        "bindings[].request.event": "BacalhauJobRequested", "bindings[].request.id": "jobId",
        "bindings[].request.requester": "requester", "bindings[].request.spec": "spec",
        "bindings[].request.inputs": "inputs", "bindings[].request.resultType": "resultType",
        "bindings[].fulfill.function": "fulfill",
        "bindings[].fulfill.arguments[]": "jobId, requestHash, resultType, text",
        "bindings[].fail.function": "fail", "bindings[].fail.arguments[]": "jobId, requestHash, text",
        "bindings[].settled.view": "job", "bindings[].settled.value": "#0.state", "bindings[].settled.open": "1",
        "bindings[].settled.requestHash": "#0.requestHash",
        "bindings[].outcomes[].event": "BacalhauJobFulfilled", "bindings[].outcomes[].id": "jobId",
        "bindings[].outcomes[].requester": "requester", "bindings[].outcomes[].success": "callbackSucceeded",
        "modules[].name": "cowsay:v0.0.4", "modules[].template": "modules/cowsay.json",
        "modules[].parameters[].name": "Message", "modules[].parameters[].default": "moo",
        "modules[].parameters[].sample": "moo", "modules[].parameters[].maxLength": "1024",
        "modules[].parameters[].min": "1", "modules[].parameters[].max": "10", "modules[].parameters[].oneOf[]": "moo",
        "account.keystore": "relayer.json",
        "account.passwordFile": "relayer.password", "account.keyFile": "relayer.key",
    ]
}
