import Testing
import Transport

struct RetryAfterTests {
    /// 1994-11-06 08:49:37 UTC: the example of RFC 9110 §5.6.7.
    private let now: Int64 = 784_111_777_000

    @Test(arguments: [("0", 0), ("7", 7), ("120", 120), ("99999999999999999999", Int64(Int32.max))])
    func readsSeconds(text: String, seconds: Int64) {
        #expect(RetryAfter.parse(text, now: now) == .seconds(seconds))
    }

    @Test(arguments: [
        ("Sun, 06 Nov 1994 08:49:37 GMT", 0), ("Sun, 06 Nov 1994 08:50:37 GMT", 60),
        ("Sun, 06 Nov 1994 08:00:00 GMT", 0), ("Mon, 07 Nov 1994 08:49:37 GMT", 86_400),
        // 1996-02-29 is 480 days later; 2000-03-01 lies behind a leap day of a century.
        ("Thu, 29 Feb 1996 08:49:37 GMT", 480 * 86_400), ("Wed, 01 Mar 2000 08:49:37 GMT", 1942 * 86_400),
    ])
    func readsDates(text: String, seconds: Int64) {
        #expect(RetryAfter.parse(text, now: now) == .seconds(seconds))
    }

    @Test(arguments: [
        "", " ", "-1", "1.5", "0x10", "soon", "Sun, 06 Nov 1994 08:49:37", "Sun, 6 Nov 1994 08:49:37 GMT",
        "Sun, 06 Foo 1994 08:49:37 GMT", "Sun, 06 Nov 1994 25:49:37 GMT", "Sun, 32 Nov 1994 08:49:37 GMT",
        "Sunday, 06-Nov-94 08:49:37 GMT", "Sun,  06 Nov 1994 08:49 GMT", "Sun, 06 Nov -994 08:49:37 GMT",
    ])
    func refusesEverythingElse(text: String) {
        #expect(RetryAfter.parse(text, now: now) == nil)
    }

    @Test
    func isReadFromAnAnswer() {
        let answer = HTTPResponse(status: 429, headers: [.init("retry-after", "3")])
        #expect(answer.retryAfter(now: now) == .seconds(3))
        #expect(HTTPResponse(status: 429).retryAfter(now: now) == nil)
    }
}
