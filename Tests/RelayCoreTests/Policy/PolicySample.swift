import Bacalhau
import Ethereum
import RelayCore
import Testing

/// Specs that ask for one thing, and what a policy has against them.
enum PolicySample {
    static let module = #"{"Source":{"Type":"inline","Params":{"URL":"data:,a"}},"Target":"/main.wasm"}"#

    /// A WASM program with further inputs and further keys of the task.
    static func wasm(inputs: String..., more: String = "") -> String {
        let inputs = ([module] + inputs).joined(separator: ",")
        return #"{"Engine":{"Type":"wasm","Params":{"EntryModule":"/main.wasm"}},"InputSources":[\#(inputs)]"#
            + (more.isEmpty ? "" : ",\(more)") + "}"
    }

    /// The same in the old format.
    static func legacy(more: String = "") -> String {
        #"{"Engine":"Wasm","Wasm":{"EntryModule":{"StorageSource":"Inline","URL":"data:,a"}}"#
            + (more.isEmpty ? "" : ",\(more)") + "}"
    }

    static func docker(_ image: String = "ubuntu:24.04", more: String = "") -> String {
        #"{"Engine":{"Type":"docker","Params":{"Image":"\#(image)"\#(more)}}}"#
    }

    static func download(_ url: String) -> String {
        wasm(inputs: #"{"Source":{"Type":"urlDownload","Params":{"URL":"\#(url)"}},"Target":"/in"}"#)
    }

    static func s3(_ parameters: String) -> String {
        wasm(inputs: #"{"Source":{"Type":"s3","Params":{\#(parameters)}},"Target":"/in"}"#)
    }

    static func objections(
        to spec: String,
        _ policy: JobPolicy,
        resultType: ResultType = .stdout,
        bodySize: Int = 100,
        module: String? = nil,
        requester: Address? = nil,
        sender: Address? = nil
    ) throws -> [PolicyObjection] {
        policy.judge(
            try policy.completed(TaskSpec.read(Array(spec.utf8)), for: resultType),
            bodySize: bodySize,
            requester: requester,
            sender: sender,
            contract: try Sample.address(10),
            module: module
        )
    }

    /// The codes alone.
    static func codes(_ spec: String, _ policy: JobPolicy) throws -> [String] {
        try objections(to: spec, policy).map(\.code.rawValue)
    }

    static func policy(
        _ start: JobPolicy = JobPolicy(),
        _ change: (inout JobPolicy) throws -> Void
    ) rethrows -> JobPolicy {
        var policy = start
        try change(&policy)
        return policy
    }
}
