import Testing
import Transport

struct MaskedURLTests {
    @Test(arguments: [
        ("http://127.0.0.1:8545", "http://127.0.0.1:8545"),
        ("http://localhost:8545/", "http://localhost:8545/"),
        ("HTTPS://Example.org/rpc", "https://Example.org/rpc"),
        (
            "https://eth-mainnet.g.alchemy.com/v2/AbCdEfGhIjKlMnOpQrStUvWxYz012345",
            "https://eth-mainnet.g.alchemy.com/v2/***"
        ),
        ("wss://mainnet.infura.io/ws/v3/0123456789abcdef0123456789abcdef", "wss://mainnet.infura.io/ws/v3/***"),
        ("https://user:p@ss@example.org/x", "https://***@example.org/x"),
        ("https://user@example.org", "https://***@example.org"),
        ("https://example.org/?key=secret&chain=1", "https://example.org/?key=***&chain=***"),
        ("https://example.org?secret", "https://example.org?***"),
        ("https://example.org/a#secret", "https://example.org/a"),
        ("https://0123456789abcdef0123456789abcdef.rpc.example.org/", "https://***.rpc.example.org/"),
        ("http://[::1]:8545/", "http://[::1]:8545/"),
        ("https://api.node.glif.io/rpc/v1", "https://api.node.glif.io/rpc/v1"),
        ("https://example.org/abcdefghijklmnopqrst", "https://example.org/***"),
        ("https://rpc.example.org/eth_sepolia/Filecoin/v1.1/", "https://rpc.example.org/eth_sepolia/Filecoin/v1.1/"),
        ("https://rpc.example.org/ext/bc/C/rpc", "https://rpc.example.org/ext/bc/C/rpc"),
        ("http://bacalhau:1234/api/v1", "http://bacalhau:1234/api/v1"),
        // Keys as short as a name.
        ("https://example.org/k3y", "https://example.org/***"),
        ("https://example.org/rpc/hunter", "https://example.org/rpc/***"),
        ("https://example.org/secret/v1", "https://example.org/***/v1"),
        ("https://example.org/1234/eth-hunter", "https://example.org/***/***"),
        ("https://example.org/a1-b2-c3-d4-e5-f6-a7-b8-c9", "https://example.org/***"),
    ])
    func showsHostAndHidesSecrets(url: String, masked: String) {
        #expect(maskedURL(url) == masked)
    }

    @Test(arguments: [
        "", "secret", "file:///home/secret", "http://", "http://user:pa/ss@host/", "http://user:1/secret@host/",
        "http://host:secret/", "http://a b/", "http://a\u{1b}[2J/", "http://ä/", "https:\\\\host", "http://[::1",
        "://x",
        "http://ho$st/",
    ])
    func givesUpOnWhatItCannotReadForSure(url: String) {
        #expect(maskedURL(url) == "<url>")
    }

    @Test
    func neverShowsASecretWhateverIsAroundIt() {
        let secret = "s3cr3tK3y0123456789"
        for url in [
            "https://\(secret)@h/", "https://u:\(secret)@h/", "https://h/\(secret)", "https://h/a?b=\(secret)",
            "https://h/?\(secret)", "https://h/?\(secret)=1", "https://h/#\(secret)", "https://\(secret).h/",
            "x\(secret)",
            "https://h:\(secret)/", "https://h/a/\(secret)/b?c#d", "https://h/\(secret)@h",
        ] {
            #expect(!maskedURL(url).contains(secret), "\(url)")
        }
    }
}
