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
                let calldata = try ContractBinding.reference.calldata(
                    jobID: vector.number("jobId"),
                    requestHash: vector.hash("requestHash"),
                    resultType: #require(vector["resultType"]?.int64.flatMap(UInt8.init(exactly:))),
                    answer: Answer(kind: kind, text: text, source: "test")
                )
                #expect(calldata == (try vector.bytes(kind == .result ? "fulfill" : "fail")))
            }
        }
    }
}
