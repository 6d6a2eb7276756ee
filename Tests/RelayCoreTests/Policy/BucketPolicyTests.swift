import Bacalhau
import RelayCore
import Testing

/// Which buckets of S3 a job reads from, and where it writes to.
@Suite struct BucketPolicyTests {
    private typealias S = PolicySample

    @Test(
        arguments: [
            (#""Bucket":"in""#, []), (#""Bucket":"in","Region":"eu-west-1""#, []),
            (#""Bucket":"in","Endpoint":"""#, []),
            (#""Bucket":"in","Endpoint":"https://s3.example.org""#, []), (#""Bucket":"out""#, ["policy-bucket"]),
            (#""Bucket":"in/../out""#, ["policy-bucket"]),
            (#""Bucket":"in","Endpoint":"s3.example.org""#, ["policy-url"]),
            (#""Bucket":"in","Endpoint":"https://10.0.0.1""#, ["policy-private-host"]),
            (#""Bucket":"in","Endpoint":"https://s3.evil.com""#, ["policy-input-host"]),
            (#""Bucket":"in","Endpoint":"http://s3.example.org""#, ["policy-http"]),
            (#""Bucket":"in","Endpoint":"https://s3.example.org:9000""#, ["policy-port"]),
            (#""Bucket":"in","Region":"x.evil.com/#""#, ["policy-region"]),
            (#""Bucket":"in","Region":"a@b""#, ["policy-region"]),
        ] as [(String, [String])]
    )
    func allowsInputsFromListedBuckets(parameters: String, codes: [String]) throws {
        let policy = try S.policy {
            $0.inputs = [.inline, .s3]
            $0.buckets = ["in"]
            $0.publishBuckets = ["out"]
            $0.hosts = [try HostPattern("s3.example.org")]
        }
        #expect(try S.codes(S.s3(parameters), policy) == codes)
    }

    @Test(
        arguments: [
            (#""Bucket":"out""#, []), (#""Bucket":"in""#, ["policy-publish-bucket"]),
            (#""Bucket":"out","Endpoint":"https://169.254.169.254""#, ["policy-private-host"]),
            (#""Bucket":"out","Region":"a.b""#, ["policy-region"]),
        ] as [(String, [String])]
    )
    func allowsResultsInListedBuckets(parameters: String, codes: [String]) throws {
        let policy = S.policy {
            $0.publishers = [.s3]
            $0.buckets = ["in"]
            $0.publishBuckets = ["out"]
        }
        let publisher = #""Publisher":{"Type":"s3","Params":{"Key":"{jobID}",\#(parameters)}}"#
        #expect(try S.codes(S.wasm(more: publisher), policy) == codes)
    }

    /// Whoever chose any key would write over other people's results.
    @Test(
        arguments: [
            ("{jobID}", true), ("results/{executionID}.tar.gz", true), ("{date}/{jobID}/{time}", true),
            ("{{jobID}}", true), ("{jobID}\u{301}", true), ("k", false), ("{nodeID}/{date}/{time}", false),
            ("e-mails/j-1/{jobID}", true), ("a..b/{jobID}", true), ("{jobID}/../k", false), ("./{jobID}", false),
            ("{jobID}/.", false), ("r/j-0a1B2c3d-4e5f-6789-abcd-ef0123456789/{executionID}", false),
            ("e-0a1b2c3d-4e5f/{jobID}", false), ("{jobid}", false), ("{jobID", false), ("{ jobID }", false),
            ("{executionId}", false), ("jobID", false),
        ] as [(String, Bool)]
    )
    func allowsResultsAtThePlaceOfTheJobAlone(key: String, passes: Bool) throws {
        let policy = S.policy {
            $0.publishers = [.s3]
            $0.publishBuckets = ["out"]
        }
        let parameters = #""Params":{"Bucket":"out","Key":"\#(key)"}"#
        let spec = S.wasm(more: #""Publisher":{"Type":"s3",\#(parameters)}"#)
        let old = S.legacy(more: #""PublisherSpec":{"Type":"S3",\#(parameters)}"#)

        let objections = try S.objections(to: spec, policy)

        #expect(objections.map(\.code) == (passes ? [] : [.publishKey]))
        let task = try policy.completed(TaskSpec.readLegacy(Array(old.utf8)), for: .stdout)
        #expect(
            policy.judge(task, bodySize: 1, requester: nil, sender: nil, contract: try Sample.address(10)) == objections
        )
    }
}
