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

    /// A server that echoes the request's headers quotes what was made of the address.
    @Test(arguments: [
        ("https://someone:pass%20word@h/rpc", "Basic c29tZW9uZTpwYXNzIHdvcmQ=", "pass word"),
        ("wss://me:pa%2fss%zz@h", "Basic bWU6cGEvc3Mleno=", ""), ("https://0123456789@h", "Basic MDEyMzQ1Njc4OTo=", ""),
        ("http://u:%C3%A9t%C3%A9%C3%A9@h?x", "Basic dTrDqXTDqcOp", "étéé"),
    ])
    func takesOutWhatIsSentForUserAndPassword(url: String, header: String, password: String) {
        let mask = SecretMask(url: url)
        let value = String(header.dropFirst("Basic ".count))
        #expect(mask.clean("Authorization: \(header)") == "Authorization: Basic ***")
        #expect(!mask.clean("(\(value.prefix { $0 != "=" }))").contains(value.prefix(5)))
        if !password.isEmpty { #expect(mask.clean("password '\(password)'") == "password '***'") }
    }

    @Test(arguments: ["Basic c29tZW9uZTpwYXNzIHdvcmQ=", "basic c29tZW9uZTpwYXNzIHdvcmQ"])
    func takesOutUserAndPasswordOfAHeader(value: String) {
        let mask = SecretMask(url: "http://h", headers: [.init("Authorization", value)])
        for text in ["c29tZW9uZTpwYXNzIHdvcmQ", "pass word", "someone"] {
            #expect(mask.clean("<\(text)>") == "<***>")
        }
        #expect(mask.clean("<someone:pass word>") == "<***:***>")
        #expect(mask.clean("Authorization: \(value)") == "Authorization: ***")
    }

    /// A short word alone may be anybody's; behind its user it is a password.
    @Test
    func takesOutAShortPasswordBesideItsUser() {
        let mask = SecretMask(url: "http://someone:pw@h")
        #expect(mask.clean("login someone:pw, no pw") == "login ***, no pw")
    }

    @Test(arguments: ["", "Basic", "Basic ", "Basic =", "Basic Zm9v", "Basic é!", "Bearer a b", "Basic Og=="])
    func bearsHeadersThatAreNone(value: String) {
        let mask = SecretMask(url: "http://@h", headers: [.init("Authorization", value)])
        #expect(mask.clean("nothing to hide") == "nothing to hide")
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
