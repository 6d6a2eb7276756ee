import Testing

@testable import Bacalhau

@Suite struct StoredJobTests {
    private func stored(_ inputs: String, count: Int = 1) throws -> StoredJob? {
        let spec =
            #"{"Engine":{"Type":"wasm","Params":{"EntryModule":"/m","Entrypoint":"_start"}},"InputSources":[\#(inputs)]}"#
        let task = try TaskSpec.read(Array(spec.utf8))
        let body = try JobBody.build(
            task: task,
            resultType: .stdout,
            name: #require(JobName(digest: Array(repeating: 7, count: 32), try: 1)),
            namespace: "lilypad",
            labels: [],
            runs: count
        )
        return StoredJob(body: body.bytes)
    }

    private let inline = #"{"Source":{"Type":"inline","Params":{"URL":"data:,x"}},"Target":"/m"}"#

    @Test func saysWhetherInputsAreReadFromElsewhere() throws {
        let ipfs =
            #"{"Source":{"Type":"ipfs","Params":{"CID":"QmeNhAA97qtdGHQtd1Qvgk13C6GHkn6aTCT8ih53JLN7vL"}},"Target":"/i"}"#
        #expect(try stored(inline)?.readsInputs == false)
        #expect(try stored("\(inline),\(ipfs)", count: 3)?.readsInputs == true)
        #expect(try stored(inline, count: 3)?.count == 3)
        #expect(StoredJob(body: Array("{}".utf8)) == nil && StoredJob(body: []) == nil)
    }

    @Test func knowsAnotherJobOfItsName() throws {
        let job = try #require(try stored(inline, count: 2))
        var seen = JobSnapshot()
        #expect(seen.isLike(job))
        (seen.version, seen.count) = (1, 2)
        #expect(seen.isLike(job))
        seen.count = 1
        #expect(!seen.isLike(job))
        (seen.version, seen.count) = (2, 2)
        #expect(!seen.isLike(job))
    }
}
