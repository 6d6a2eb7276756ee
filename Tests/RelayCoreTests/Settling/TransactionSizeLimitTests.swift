import Bacalhau
import Ethereum
import RelayCore
import RelayTestSupport
import Testing

/// What a chain's nodes take, from the settings down to the transaction that is signed.
@Suite struct TransactionSizeLimitTests {
    @Test func knowsFilecoinFromOtherChains() {
        for chain in [1, 10, 1_337, 42_161] as [UInt64] {
            #expect(TransactionSizeLimit(chainID: chain).bytes == 131_072)
        }
        for chain in [314, 314_159] as [UInt64] { #expect(TransactionSizeLimit(chainID: chain).bytes == 65_536) }
    }

    @Test func refusesCalldataThatNoTransactionHolds() {
        let limit = TransactionSizeLimit(chainID: 314)
        #expect(limit.refusal(of: [UInt8](repeating: 1, count: limit.calldata)) == nil)
        let said = limit.refusal(of: [UInt8](repeating: 1, count: limit.calldata + 1))
        #expect(
            said == "the settlement's calldata has 65025 bytes, and a transaction of this chain takes 65024 at most"
        )
    }

    /// With the largest numbers that a transaction can have.
    @Test(arguments: [1, 314, 314_159] as [UInt64]) func whatFitsTheCalldataFitsTheTransaction(chainID: UInt64) throws {
        let limit = TransactionSizeLimit(chainID: chainID)
        let transaction = EIP1559Transaction(
            chainID: .max,
            nonce: .max,
            maxPriorityFeePerGas: .max,
            maxFeePerGas: .max,
            gasLimit: .max,
            to: Address([UInt8](repeating: 0xff, count: 20)) ?? .zero,
            value: .max,
            data: [UInt8](repeating: 1, count: limit.calldata)
        )
        let size = try transaction.signed(by: TestAccount(seed: 1)).rawBytes.count
        #expect(size <= limit.bytes && limit.bytes - size < 512)
    }

    /// A binding whose contract would take a megabyte.
    private static func wide(_ binding: ContractBinding) -> ContractBinding {
        var binding = binding
        binding.form.resultLimit = 1_000_000
        binding.form.reasonLimit = 1_000_000
        return binding
    }

    /// With what the requester chose, where the contract wants it back.
    private static func request(_ binding: ContractBinding) throws -> ObservedRequest {
        let sample = try Sample.request()
        let inputs = binding.fields.echoes.compactMap { binding.requestEvent.inputs.parameter(at: $0) }
        let function = ABIFunction(name: "", inputs: inputs)
        let values = inputs.map { input -> ABIValue in
            input.type == .string ? .string([UInt8](repeating: 7, count: 20_000)) : .fixedBytes(Sample.hash(1).bytes)
        }
        return ObservedRequest(
            hash: sample.hash,
            contract: sample.contract,
            jobID: sample.jobID,
            requester: sample.requester,
            party: nil,
            spec: sample.spec,
            resultType: sample.resultType,
            echo: Array(try function.encodeCall(values).dropFirst(4)),
            place: sample.place
        )
    }

    @Test(arguments: [ContractBinding.reference] + ContractBinding.builtIn, [1, 314] as [UInt64])
    func lowersAFormToWhatFits(binding: ContractBinding, chainID: UInt64) throws {
        let limit = TransactionSizeLimit(chainID: chainID)
        let request = try Self.request(binding)
        #expect(binding.form(for: request, within: limit) == binding.form)
        let wide = Self.wide(binding)
        let form = wide.form(for: request, within: limit)
        for kind in [Answer.Kind.result, .failure] {
            let long = Answer(kind: kind, text: String(repeating: "x", count: 900_000), source: "run output")
            let fitted = long.fitted(to: form)
            guard let calldata = try wide.calldata(for: request, answer: fitted) else { continue }
            #expect(calldata.count <= limit.calldata && limit.calldata - calldata.count < 128, "\(binding.name)")
            #expect(fitted.text.hasSuffix("…") && (kind == .failure || fitted.truncated))
        }
    }

    @Test func failsOrNamesTheCIDByTheContractsOwnRule() throws {
        let request = try Sample.request()
        let limit = TransactionSizeLimit(chainID: 314)
        var binding = Self.wide(.reference)
        let long = Answer(
            kind: .result,
            text: String(repeating: "x", count: 65_000),
            source: "published files",
            cid: JobSample.published.cid
        )
        binding.form.excess = .cid
        #expect(long.fitted(to: binding.form(for: request, within: limit)).text == JobSample.published.cid)
        binding.form.excess = .fail
        let failed = long.fitted(to: binding.form(for: request, within: limit))
        #expect(failed.kind == .failure && failed.text.hasPrefix("the result has 65000 bytes, the contract takes 64"))
        #expect(long.fitted(to: binding.form(for: request, within: TransactionSizeLimit(chainID: 1))) == long)
    }

    /// The beginning of a CID or of a number would be taken for another one.
    @Test(arguments: AnswerForm.Excess.allCases) func cutsNoCIDAndNoExitCode(excess: AnswerForm.Excess) throws {
        var binding = ContractBinding.reference
        binding.form.excess = excess
        for (type, text, limit) in [(ResultType.cid, JobSample.published.cid ?? "", 45), (.exitCode, "255", 2)] {
            let request = try Sample.request(resultType: type.rawValue)
            let answer = Answer(kind: .result, text: text, source: "published result", cid: JobSample.published.cid)
            binding.form.resultLimit = limit
            let failed = answer.fitted(to: binding.form(for: request, within: TransactionSizeLimit(chainID: 1)))
            #expect(failed.kind == .failure)
            #expect(
                failed.text.hasPrefix("the result has \(text.utf8.count) bytes, the contract takes \(limit) at most")
            )
            binding.form.resultLimit = limit + 1
            #expect(answer.fitted(to: binding.form(for: request, within: TransactionSizeLimit(chainID: 1))) == answer)
        }
    }

    private static let function = ABIFunction(
        name: "answer",
        inputs: ["before", "text"].map { ABIParameter(name: $0, type: .string) }
    )

    @Test func leavesNothingWhereTheRequestTakesAll() throws {
        var binding = Self.wide(.reference)
        binding.fulfill = SettlingCall(
            function: Self.function,
            arguments: [.constant(.string([UInt8](repeating: 1, count: 200_000))), .text]
        )
        let form = binding.form(for: try Sample.request(), within: TransactionSizeLimit(chainID: 1))
        #expect(form.resultLimit == 0 && form.reasonLimit > 0)
        binding.fulfill = SettlingCall(
            function: Self.function,
            arguments: [.text, .text]
        )
        let twice = binding.form(for: try Sample.request(), within: TransactionSizeLimit(chainID: 1))
        #expect(60_000...65_536 ~= twice.resultLimit)
    }
}
