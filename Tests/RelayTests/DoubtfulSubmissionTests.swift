import RelayTestSupport
import Testing
import Transport

/// Whatever becomes of the PUT, there is one job, in version 1.
@Suite(.timeLimit(.minutes(2)))
struct DoubtfulSubmissionTests {
    struct Doubt: Sendable, CustomTestStringConvertible {
        let testDescription: String
        let fault: Fault
    }

    static let doubts = [
        Doubt(testDescription: "answered late", fault: .late(.seconds(30))),
        Doubt(testDescription: "answered later than we wait", fault: .timedOut),
        Doubt(testDescription: "409 although it was taken", fault: .status(409, "ResourceInUse", takesEffect: true)),
        Doubt(testDescription: "409 and not taken", fault: .status(409, "ResourceInUse")),
        Doubt(
            testDescription: "no changes detected",
            fault: .status(500, "no changes detected for new job spec. Job Name: 'x', Job Id: 'y'", takesEffect: true)
        ),
        Doubt(testDescription: "reset after the job was created", fault: .answerDropped),
        Doubt(testDescription: "reset before the job was created", fault: .requestDropped),
        Doubt(testDescription: "503 and taken", fault: .status(503, "Server Timeout!", takesEffect: true)),
        Doubt(testDescription: "nobody listens", fault: .refused),
    ]

    @Test(arguments: doubts)
    func endsWithOneJobInVersionOne(doubt: Doubt) async throws {
        let world = try RelayWorld()
        let request = world.chain.request(spec: RelayWorld.spec)
        world.bacalhau.failNext("submit", with: doubt.fault)

        try await world.runUntilClosed([request])

        #expect(world.answer(to: request) == .fulfilled(resultType: 1, result: "hello\n"))
        #expect(world.bacalhau.jobs.map(\.version) == [1])
        #expect(world.isSettledOnce(request))
    }
}
