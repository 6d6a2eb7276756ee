import Testing
import Transport

struct SecretMaskTests {
    private let key = "AbCdEfGhIjKlMnOpQrStUvWxYz012345"

    @Test
    func takesTheURLsSecretsOutOfATextButNotItsHost() {
        let mask = SecretMask(url: "https://someone:password1@rpc.example.org/v2/\(key)?token=abc123def")
        let text = mask.clean("Post https://rpc.example.org/v2/\(key)?token=abc123def as someone:password1 failed")

        #expect(text == "Post https://rpc.example.org/v2/***?token=*** as ***:*** failed")
    }

    @Test
    func takesHeaderValuesOut() {
        let mask = SecretMask(url: "http://h", headers: [.init("Authorization", "Bearer \(key)")])
        #expect(mask.clean("bad token \(key)") == "bad token ***")
    }

    @Test
    func aSecretAcrossTheCutIsNotLeftInHalf() {
        let mask = SecretMask(url: "http://h/\(key)")
        #expect(mask.clean("xx\(key)", limit: 10) == "xx***")
    }

    @Test
    func manySecretsDoNotBringHalfOfOneIntoView() {
        let long = String(repeating: "k", count: 300)
        let mask = SecretMask(url: "http://h/\(long)")
        for shift in 0..<300 {
            let text = String(repeating: " ", count: shift) + String(repeating: long + " ", count: 40)
            #expect(!mask.clean(text, limit: 1000).contains("k"))
        }
    }

    @Test
    func makesOneShortLineOfAnything() {
        let mask = SecretMask(url: "http://h")
        #expect(mask.clean("a\nb\u{1b}[31mc\u{202e}d\0") == "a b [31mc d ")
        #expect(mask.clean(String(repeating: "é", count: 100), limit: 7) == "ééé…")
        #expect(mask.clean(String(decoding: [0xff, 0x41], as: UTF8.self)) == "\u{fffd}A")
    }
}
