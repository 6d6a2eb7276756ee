import Ethereum
import JSON
import RelayCore
import Testing

@Suite struct ContractBindingTests {
    /// Calldata as eth-abi makes it.
    @Test func encodesSettlementsAsOthersDo() throws {
        let vectors = try jsonFile("Tests/RelayCoreTests/Vectors/requests.json").list("requests")
        #expect(vectors.count == 24)
        for vector in vectors {
            let text = try vector.text("answer")
            for kind in [Answer.Kind.result, .failure] {
                let request = ObservedRequest(
                    hash: try vector.hash("requestHash"),
                    contract: .zero,
                    jobID: try vector.number("jobId"),
                    requester: .zero,
                    party: .zero,
                    spec: [],
                    resultType: try #require(vector["resultType"]?.int64.flatMap(UInt8.init(exactly:))),
                    place: Place(blockNumber: 1, blockHash: .zero, transactionHash: .zero, logIndex: 0)
                )
                let calldata = try ContractBinding.reference.calldata(
                    for: request,
                    answer: Answer(kind: kind, text: text, source: "test")
                )
                #expect(calldata == (try vector.bytes(kind == .result ? "fulfill" : "fail")))
            }
        }
    }
}
