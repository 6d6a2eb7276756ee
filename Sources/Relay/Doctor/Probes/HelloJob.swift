internal import Bacalhau
internal import BacalhauAPI
internal import Ethereum
internal import Transport

/// Runs a job that says hello, from its submission to its output.
struct HelloJob: Sendable {
    let client: BacalhauClient
    /// Of the nodes that can be given jobs.
    let engines: Set<String>
    let time: any TimeSource

    /// For the job, a container's image to be fetched included.
    private static let limit: Duration = .seconds(120)

    private struct Trouble: Error, CustomStringConvertible {
        let description: String
    }

    func run() async -> Observed<HelloSight> {
        // WASM first: there is nothing to fetch.
        let names = Set(engines.map { $0.lowercased() })
        guard let engine = ["wasm", "docker"].first(where: names.contains) else {
            return .failed("no compute node that can be given jobs has the engine wasm or docker")
        }
        let seen = await observe(within: Self.limit + .seconds(10), time) { try await run(on: engine) }
        return seen
    }

    private func run(on engine: String) async throws -> HelloSight {
        // A name is used once for ever: this one holds the moment and a number drawn by lot.
        let moment = "doctor \(time.now()) \(UInt64.random(in: 0...(.max)))"
        guard let name = JobName(digest: keccak256(Array(moment.utf8)).bytes, try: 1) else {
            throw Trouble(description: "no name")
        }
        let body = try JobBody.build(
            spec: Array((engine == "wasm" ? Self.wasm : Self.docker).utf8),
            resultType: .stdout,
            name: name,
            namespace: client.endpoint.namespace,
            labels: [JobLabel("lilypad-doctor", "hello")].compactMap { $0 }
        )
        let began = time.now()
        switch try await client.submit(body: body.bytes) {
        case .created: break
        case .refused(let words), .denied(let words), .unknown(let words):
            throw Trouble(description: "the orchestrator refuses it: \(words)")
        case .alreadyExists, .busy: throw Trouble(description: "the orchestrator takes no job now")
        }
        let output = try await output(of: name, until: began + Self.limit.components.seconds * 1_000)
        return HelloSight(
            job: name.text,
            engine: engine,
            took: .milliseconds(max(0, time.now() - began)),
            output: output
        )
    }

    private func output(of name: JobName, until end: Int64) async throws -> String {
        while time.now() < end {
            switch JobVerdict.judge(try await client.job(named: name.text), resultType: .stdout) {
            case .answer(let answer): return SafeText.line(String(decoding: answer.bytes, as: UTF8.self), limit: 80)
            case .failed(let failure), .passing(let failure):
                throw Trouble(description: "\(name) failed: \(failure.reason)")
            case .busy(let words), .stopped(let words): throw Trouble(description: "\(name) was not run: \(words)")
            case .running, .lost: try await time.sleep(for: .milliseconds(250))
            }
        }
        try? await client.stop(id: name.text, reason: "doctor waited long enough")
        throw Trouble(description: "\(name) is not done after \(Self.limit.components.seconds) s, and was stopped")
    }

    /// Prints `hello` by WASI's `fd_write`.
    private static let wasm =
        #"{"Engine":{"Type":"wasm","Params":{"EntryModule":"/main.wasm","Entrypoint":"_start"}},"InputSources":["#
        + #"{"Source":{"Type":"inline","Params":{"URL":"data:application/wasm;base64,"#
        + "AGFzbQEAAAABEANgBH9/f38Bf2ABfwBgAAACRgIWd2FzaV9zbmFwc2hvdF9wcmV2aWV3MQhmZF93cml0ZQAAFndhc2lfc25hcHNob3Rf"
        + "cHJldmlldzEJcHJvY19leGl0AAEDAgECBQMBAAEHEwIGbWVtb3J5AgAGX3N0YXJ0AAIKEwERAEEBQQBBAUEAEAAaQQAQAQsLFAEAQQAL"
        + #"DggAAAAGAAAAaGVsbG8K"}},"Target":"/main.wasm"}],"Timeouts":{"TotalTimeout":60}}"#

    private static let docker =
        #"{"Engine":{"Type":"docker","Params":{"Image":"busybox:stable","Entrypoint":["echo","hello"]}},"#
        + #""Timeouts":{"TotalTimeout":100}}"#
}
