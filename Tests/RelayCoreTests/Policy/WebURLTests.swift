import RelayCore
import RelayTestSupport
import Testing

@Suite struct WebURLTests {
    @Test(
        arguments: [
            ("https://example.org/a", "example.org", 443), ("http://example.org/a", "example.org", 80),
            ("HTTPS://Example.ORG/a", "example.org", 443), ("https://example.org:8443/a?b=c", "example.org", 8_443),
            ("https://a-b.c1.example.org/a%20b", "a-b.c1.example.org", 443), ("https://8.8.8.8/a", "8.8.8.8", 443),
            ("https://[2606:4700::1111]/a", "[2606:4700:0:0:0:0:0:1111]", 443),
            ("https://[2606:4700::1111]:8443/a", "[2606:4700:0:0:0:0:0:1111]", 8_443),
            ("https://example.org/@evil.com", "example.org", 443), ("https://1e100.net/a", "1e100.net", 443),
            ("https://example.org/a?u=https://evil.com/", "example.org", 443),
            ("https://xn--bcher-kva.example/a", "xn--bcher-kva.example", 443),
        ] as [(String, String, UInt16)]
    )
    func readsTheServer(text: String, host: String, port: UInt16) throws {
        let url = try WebURL(text)

        #expect(url.host.description == host && url.port == port)
        #expect(url.host.privateReason == nil)
    }

    /// What one program reads as one host and the next as another one.
    @Test(arguments: [
        "http://good@evil.com/a", "http://good:80@evil.com/a", "http://good.org\\@evil.com/a", "http://@evil.com/a",
        "http://good.org#@evil.com/a", "http://good.org?@evil.com/a", "http://evil.com\\.good.org/a",
        "http://good.org%2f@evil.com/a", "http://good.org%00.evil.com/a", "http://%67ood.org/a", "http://good.org%/a",
        "http:\\\\good.org/a", "http:/good.org/a", "http:good.org/a", "http:///good.org/a", "//good.org/a",
        "good.org/a",
        "ftp://good.org/a", "file:///etc/passwd", "data:,a", "javascript://good.org/a", "httpss://good.org/a",
        "ht\ttp://good.org/a", "http://go\tod.org/a", "http://go\nod.org/a", "http://good.org\r\n/a",
        " http://good.org/a",
        "http://good.org /a", "http://good.org/a b", "http://good.org/a\u{0}", "http://good.org/a\\b",
        "http://good.org",
        "http://good.org?a", "http:///a", "http://:80/a", "http://good.org:/a", "http://good.org:0/a",
        "http://good.org:00080/a", "http://good.org:65536/a", "http://good.org:+80/a", "http://good.org:80:90/a",
        "http://good.org:8 0/a", "http://good.org:http/a", "http://good..org/a", "http://.good.org/a",
        "http://good.org./a", "http://-good.org/a", "http://good-.org/a", "http://go_od.org/a", "http://go*d.org/a",
        "http://good.org;evil.com/a", "http://good.org,evil.com/a", "http://good.org&evil.com/a",
        "http://g\u{f6}d.org/a",
        "http://good\u{3002}org/a", "http://good\u{ff0e}org/a", "http://good\u{ad}.org/a", "http://\u{24d6}ood.org/a",
        "http://good.org/a\u{301}", "http://good.org/../a", "http://good.org/./a", "http://good.org/a/..",
        "http://good.org/%2e%2e/a", "http://good.org/a%2fb", "http://good.org/a%5cb", "http://good.org/a%0ab",
        "http://good.org/a%00", "http://good.org/a%", "http://good.org/a%4", "http://good.org/a%zz",
        "http://good.org/a#b",
        "http://good.org/<a>", "http://good.org/\"a", "http://good.org/{a}", "http://good.org/a|b",
        "http://good.org/a^b",
        "http://good.org/`a`", "",
    ])
    func refusesWhatIsAmbiguous(text: String) {
        #expect(throws: PolicyMistake.self) { try WebURL(text) }
    }

    /// C libraries read each of these as an address.
    @Test(arguments: [
        "127.1", "127.0.1", "2130706433", "0x7f000001", "0x7f.1", "0x7f.0.0.1", "017700000001", "0177.0.0.1",
        "127.0.0.01", "127.0.0.0x1", "0X7F.0.0.1", "1.2.3.4.5", "256.1.1.1", "127.0.0.1.", "0", "1", "4294967296",
        "[::1", "::1]", "[::1]x", "[::1%25eth0]", "[fe80::1%eth0]", "[::ffff:127.0.0.1]", "[1::2::3]", "[12345::]",
        "[1:2:3:4:5:6:7]", "[1:2:3:4:5:6:7:8:9]", "[1:2:3:4:5:6:7:]", "[:1:2:3:4:5:6:7]", "[]", "[:]", "[g::]",
        "[v1.a]",
        "a.0x", "a.0xg", "a.123", "240.1.1.1b", "a.1b",
    ])
    func refusesOtherFormsOfAddresses(host: String) {
        #expect(throws: PolicyMistake.self) { try WebURL("http://\(host)/a") }
    }

    @Test(arguments: [
        "0.0.0.0", "0.1.2.3", "10.0.0.1", "10.255.255.255", "100.64.0.1", "100.127.255.255", "127.0.0.1",
        "127.255.255.254", "169.254.169.254", "172.16.0.1", "172.31.255.255", "192.0.0.8", "192.0.2.1", "192.88.99.1",
        "192.168.0.1", "198.18.0.1", "198.19.255.255", "198.51.100.7", "203.0.113.9", "224.0.0.1", "239.255.255.255",
        "240.0.0.1", "255.255.255.255", "[::]", "[::1]", "[::2]", "[::ffff:7f00:1]", "[::7f00:1]", "[64:ff9b::a00:1]",
        "[64:ff9b:1::1]", "[100::1]", "[2001::1]", "[2001:1ff::1]", "[2001:db8::1]", "[2002:7f00:1::]", "[3fff::1]",
        "[4000::1]", "[fc00::1]", "[fd12:3456::1]", "[fe80::1]", "[febf::1]", "[fec0::1]", "[ff02::1]", "[ffff::1]",
        "[0:0:0:0:0:ffff:0a00:0001]", "[5f00::1]", "localhost", "LOCALHOST", "a.localhost", "printer", "printer.local",
        "metadata.google.internal", "a.lan", "a.home.arpa", "1.0.0.127.in-addr.arpa", "a.corp", "a.localdomain",
        "a.onion",
        "a.test", "metadata", "168.63.129.16", "db.svc", "db.prod.svc", "db.prod.svc.cluster.local", "DB.SVC",
        "kubernetes.default", "dns.kube-system",
    ])
    func knowsWhatIsNotPublic(host: String) throws {
        #expect(try WebURL("http://\(host)/a").host.privateReason != nil)
    }

    @Test(arguments: [
        "1.1.1.1", "9.255.255.255", "11.0.0.0", "100.63.255.255", "100.128.0.0", "126.255.255.255", "128.0.0.0",
        "169.253.255.255", "169.255.0.0", "172.15.255.255", "172.32.0.0", "192.0.1.0", "192.167.255.255", "192.169.0.0",
        "198.17.255.255", "198.20.0.0", "223.255.255.255", "[2001:200::1]", "[2001:4860:4860::8888]", "[2a00::1]",
        "[2003::1]", "[3ffe::1]", "168.63.129.15", "168.63.129.17", "svc.org", "db.svc.org", "mysvc.com",
        "localhost.org", "local.org", "xlocal.com", "internal.example.org",
    ])
    func knowsWhatIsPublic(host: String) throws {
        #expect(try WebURL("http://\(host)/a").host.privateReason == nil)
    }

    @Test(arguments: ["https://s3.example.org", "https://s3.example.org/", "http://a.org:9000"])
    func readsAServerWithoutAPath(text: String) throws {
        #expect(try WebURL(text, for: .server).host.privateReason == nil)
        #expect(throws: PolicyMistake.self) { try WebURL(text + "x/y", for: .server) }
        #expect(throws: PolicyMistake.self) { try WebURL(text + "?x", for: .server) }
    }

    @Test(arguments: [0, 1, 2, 3]) func survivesFuzzing(kind: Int) {
        let checks = [HostFuzz.soundURL, HostFuzz.hostileURL, HostFuzz.disguisedAddress, HostFuzz.nearMiss]
        for seed in 0..<UInt64(FuzzRounds.count(50_000)) {
            if let failure = checks[kind](seed) { Issue.record("seed \(seed): \(failure)") }
        }
    }
}
