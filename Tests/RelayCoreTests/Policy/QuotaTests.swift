import RelayCore
import Testing

@Suite struct QuotaTests {
    @Test func noLimitIsNeverReached() {
        let use = Quota.Use(running: .max, hour: .max, day: .max, compute: .max)
        #expect(Quota().reached(by: use, wanting: .max) == nil)
        #expect(Quota().room(after: use) == .max)
    }

    @Test(arguments: [
        (Quota(running: 2), Quota.Use(running: 2), Quota.Limit.running),
        (Quota(perHour: 2), Quota.Use(hour: 2), .hour),
        (Quota(perDay: 2), Quota.Use(day: 3), .day),
        (Quota(computePerDay: 60), Quota.Use(compute: 60), .compute),
        (Quota(running: 0), Quota.Use(), .running),
    ])
    func aLimitIsReached(quota: Quota, use: Quota.Use, limit: Quota.Limit) {
        #expect(quota.reached(by: use) == limit)
        #expect(quota.room(after: use) == 0)
        #expect(quota.reached(by: Quota.Use()) == (quota.running == 0 ? .running : nil))
    }

    @Test func whatIsLeftIsTheLeastOfAll() {
        let quota = Quota(running: 5, perHour: 10, perDay: 12)
        #expect(quota.room(after: Quota.Use(running: 1, hour: 8, day: 8)) == 2)
        #expect(quota.room(after: Quota.Use(running: 4, hour: 8, day: 8)) == 1)
        #expect(quota.room(after: Quota.Use(running: 0, hour: 0, day: 9)) == 3)
    }

    @Test func computeIsWantedAndNotExceeded() {
        let quota = Quota(computePerDay: 100)
        #expect(quota.reached(by: Quota.Use(compute: 40), wanting: 60) == nil)
        #expect(quota.reached(by: Quota.Use(compute: 40), wanting: 61) == .compute)
        #expect(quota.reached(by: Quota.Use(compute: .max), wanting: 1) == .compute)
        #expect(quota.reached(by: Quota.Use(compute: 0), wanting: .max) == .compute)
    }

    @Test func itsWordsNameTheSetting() {
        let quota = Quota(running: 1, perHour: 2, perDay: 3, computePerDay: 4)
        let texts = Quota.Limit.allCases.map { quota.text(of: $0) }
        #expect(texts == ["1 at a time", "2 an hour", "3 a day", "4 s of compute a day"])
        let block = QuotaBlock(scope: .all, limit: .compute, allowed: texts[3], until: nil)
        #expect(block.key == "policy.quotas.all.computePerDay")
        let refusal = JobRefusal(block, after: .seconds(60))
        #expect(refusal.code == "quota-compute" && refusal.source == "policy")
        #expect(refusal.text.utf8.count <= 256)
        #expect(refusal.detail.contains("policy.quotas.all.computePerDay"))
    }

    @Test func whatIsTooLargeAloneIsRefused() {
        var quotas = Quotas()
        #expect(quotas.refusal(ofAlone: .max) == nil)
        quotas.all.computePerDay = 100
        quotas.requester.running = 0
        #expect(quotas.refusal(ofAlone: 100) == nil)
        let refusal = quotas.refusal(ofAlone: .max)
        #expect(refusal?.code == "quota-compute" && refusal?.source == "policy")
        #expect(refusal?.detail.contains("9223372036854775807 s of compute") == true)
        #expect(refusal?.detail.contains("policy.quotas.all.computePerDay") == true)
        #expect((refusal?.text.utf8.count ?? 999) <= 256)
    }
}
