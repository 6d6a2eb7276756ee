import Bacalhau
import Ethereum
import RelayCore
import Testing

/// Where anybody can be named as requester, the rule for requesters is about the sender of the transaction.
@Suite struct ClaimedRequesterTests {
    private typealias S = PolicySample

    private let friend: Address
    private let stranger: Address

    init() throws {
        friend = try Sample.address(5)
        stranger = try Sample.address(6)
    }

    /// The reference contract, if it took the word of whoever asks, or said nothing of who asks.
    enum Unproven: CaseIterable {
        case claimed
        case unsaid

        var binding: ContractBinding {
            var binding = ContractBinding.reference
            switch self {
            case .claimed: binding.fields.isRequesterClaimed = true
            case .unsaid: binding.fields.requester = nil
            }
            return binding
        }
    }

    private func codes(
        _ binding: ContractBinding,
        _ parties: JobPolicy.Parties,
        sender: Address?,
        isAdmitted: Bool = false
    ) throws -> [PolicyObjection.Code] {
        let request = try Sample.request()
        let context = JobContext(
            genesisHash: Sample.hash(9),
            chainID: 1,
            namespace: "lilypad",
            book: ContractBook(every: binding),
            policies: [request.contract: S.policy { $0.requesters = parties }]
        )
        let made = JobPlan.make(for: request, attempt: 1, context: context, sender: sender, isAdmitted: isAdmitted)
        if case .failure(let refusal) = made { return refusal.objections.map(\.code) }
        return []
    }

    @Test(arguments: Unproven.allCases) func aNameThatIsOnlyClaimedDoesNotCount(how: Unproven) throws {
        let binding = how.binding
        let named = try Sample.request().requester
        let both = JobPolicy.Parties(allowed: [named, friend])
        #expect(try codes(binding, JobPolicy.Parties(allowed: [named]), sender: stranger) == [.requester])
        #expect(try codes(binding, both, sender: friend) == [])
        #expect(try codes(binding, both, sender: nil) == [.requester])
        #expect(try codes(binding, JobPolicy.Parties(denied: [stranger]), sender: stranger) == [.requester])
        #expect(try codes(binding, JobPolicy.Parties(denied: [stranger]), sender: friend) == [])
        #expect(try codes(binding, JobPolicy.Parties(), sender: nil) == [])
    }

    @Test func aNameThatTheContractProvesCounts() throws {
        let named = try Sample.request().requester
        #expect(try codes(.reference, JobPolicy.Parties(allowed: [named]), sender: stranger) == [])
        #expect(try codes(.reference, JobPolicy.Parties(allowed: [friend]), sender: friend) == [.requester])
    }

    /// On later tries the sender is not looked up again; what the contract proves is judged each time.
    @Test(arguments: Unproven.allCases) func whoIsAdmittedStaysSo(how: Unproven) throws {
        let only = JobPolicy.Parties(allowed: [friend])
        #expect(try codes(how.binding, only, sender: nil, isAdmitted: true) == [])
        #expect(try codes(.reference, only, sender: nil, isAdmitted: true) == [.requester])
    }

    @Test func saysThatTheSenderIsMeant() throws {
        let policy = S.policy { $0.requesters.denied = [stranger] }
        let objections = policy.judge(
            try policy.completed(TaskSpec.read(Array(S.wasm().utf8)), for: .stdout),
            bodySize: 1,
            requester: friend,
            isRequesterProven: false,
            sender: stranger,
            contract: friend
        )
        #expect(
            objections.map(\.text) == ["the requester (here the sender of the transaction), \(stranger), may not ask"]
        )
    }

    @Test func theSenderIsNeededWhereARuleIsAboutIt() throws {
        let (none, asked) = (JobPolicy(), S.policy { $0.requesters.allowed = [friend] })
        let sent = S.policy { $0.senders.denied = [friend] }
        for binding in Unproven.allCases.map(\.binding) {
            #expect(!none.needsSender(for: binding) && asked.needsSender(for: binding))
            #expect(sent.needsSender(for: binding))
        }
        #expect(!none.needsSender(for: .reference) && !asked.needsSender(for: .reference))
        #expect(sent.needsSender(for: .reference))
    }
}
