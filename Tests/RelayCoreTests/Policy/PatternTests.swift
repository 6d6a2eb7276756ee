import Testing

@testable import RelayCore  // For what a pattern is held against, which no other module sees.

@Suite struct PatternTests {
    private static let digest = "sha256:" + String(repeating: "ab", count: 32)
    private static let other = "sha256:" + String(repeating: "cd", count: 32)

    @Test(arguments: [
        ("ubuntu", "ubuntu"), ("ubuntu", "ubuntu:latest"), ("ubuntu:latest", "docker.io/library/ubuntu"),
        ("ubuntu", "index.docker.io/library/ubuntu"), ("docker.io/ubuntu", "library/ubuntu"),
        ("ubuntu:24.04", "docker.io/library/ubuntu:24.04"), ("team/tool:1", "docker.io/team/tool:1"),
        ("ghcr.io/team/tool:V1.2_3", "ghcr.io/team/tool:V1.2_3"), ("r.example:5000/tool:1", "r.example:5000/tool:1"),
        ("ubuntu@\(digest)", "docker.io/library/ubuntu@\(digest)"), ("ubuntu:1@\(digest)", "ubuntu:1@\(digest)"),
        ("ubuntu:*", "ubuntu:24.04"), ("ubuntu:*", "library/ubuntu"), ("ubuntu@*", "ubuntu@\(digest)"),
        ("ubuntu@*", "ubuntu:1@\(digest)"), ("team/*", "team/tool"), ("team/*", "docker.io/team/a/b:1@\(digest)"),
        ("library/*", "ubuntu:24.04"), ("docker.io/*", "ubuntu"), ("docker.io/*", "team/tool:1"),
        ("r.example/team/*", "r.example/team/tool@\(digest)"), ("r.example:5000/*", "r.example:5000/a"),
        ("localhost/*", "localhost/a"), ("a__b/c-d.e/*", "a__b/c-d.e/f---g"),
    ])
    func takesAnImage(pattern: String, image: String) throws {
        #expect(try ImagePattern(pattern).matches(ImageReference(image)))
    }

    @Test(arguments: [
        ("ubuntu", "ubuntu:24.04"), ("ubuntu:24.04", "ubuntu:24.4"), ("ubuntu:24.04", "ubuntu"),
        ("ubuntu:24.04", "evil/ubuntu:24.04"), ("ubuntu:24.04", "ghcr.io/library/ubuntu:24.04"),
        ("ubuntu:24.04", "docker.io.evil.com/library/ubuntu:24.04"), ("ubuntu:24.04", "localhost/ubuntu:24.04"),
        ("ubuntu:24.04", "ubuntu:24.04@\(digest)"), ("ubuntu@\(digest)", "ubuntu:24.04@\(digest)"),
        ("ubuntu@\(digest)", "ubuntu@\(other)"), ("ubuntu@\(digest)", "ubuntu"), ("ubuntu:1@\(digest)", "ubuntu:1"),
        ("ubuntu:*", "ubuntu@\(digest)"), ("ubuntu:*", "ubuntu:1@\(digest)"), ("ubuntu:*", "ubuntu-evil:1"),
        ("ubuntu:*", "ubuntu/evil:1"), ("ubuntu@*", "ubuntu:1"), ("team/*", "team2/tool"), ("team/*", "evil/team/tool"),
        ("team/*", "team.example.org/tool"), ("team/*", "ghcr.io/team/tool"), ("team/*", "team"),
        ("allowed.example/*", "allowed.example.evil.com/tool"), ("allowed.example/*", "allowed.example:5000/tool"),
        ("allowed.example/*", "docker.io/allowed/tool"), ("r.example/team/*", "r.example/teams/tool"),
        ("r.example/team/*", "r.example/team"), ("docker.io/*", "ghcr.io/a/b"), ("docker.io/*", "docker.io.evil.com/a"),
        ("library/*", "team/library/ubuntu"),
    ])
    func leavesAnImage(pattern: String, image: String) throws {
        #expect(try !ImagePattern(pattern).matches(ImageReference(image)))
    }

    @Test(arguments: [
        "", "Ubuntu", "ubuntu:", "ubuntu:a b", "ubuntu:-a", "ubuntu:.a", "ubuntu@", "ubuntu@sha256:",
        "ubuntu@sha256:ab",
        "ubuntu@SHA256:\(String(repeating: "ab", count: 32))", "ubuntu@sha256:\(String(repeating: "AB", count: 32))",
        "ubuntu@sha512:\(String(repeating: "ab", count: 64))", "ubuntu@\(digest)@\(digest)", "ubuntu@\(digest):1",
        "/ubuntu", "ubuntu/", "a//b", "a/../b", "./a", "../a", "a..b", "a_-b", "a___b", "-a", "a-", "_a", "GHCR.io/a/b",
        "ghcr.io/A/b", "ghcr.io:/a", "ghcr.io:0/a", "ghcr.io:99999/a", "ghcr..io/a", "[::1]/a", "[::1]:5000/a",
        "user@a/b:1",
        "a b", "a\tb", "a\u{0}", "ub\u{fc}ntu", "ubuntu\u{200b}", "ubuntu\u{301}:1", "ubuntu\\a", "http://a/b", "a/b?c",
        "a%2fb",
        "a*", "a:*", String(repeating: "ab", count: 32), String(repeating: "a", count: 300),
    ])
    func takesNoOtherTextForAnImage(text: String) {
        #expect(throws: PolicyMistake.self) { try ImageReference(text) }
    }

    @Test(arguments: [
        "*", "ubuntu*", "ubuntu:24.*", "registry.example/te*", "*/ubuntu", "a/*/b", "a/**", "**", "/*", ":*", "@*",
        "Team/*",
        "ubuntu@sha256:*", "a//*", "https://a/*", "a/ *",
    ])
    func refusesAPatternThatMeansMoreThanItSeems(text: String) {
        #expect(throws: PolicyMistake.self) { try ImagePattern(text) }
    }

    @Test func saysHowAPatternOfImagesIsWritten() {
        let mistake = #expect(throws: PolicyMistake.self) { try ImagePattern("team*") }
        #expect(mistake?.reason.contains("must end in /, : or @, as in registry.example/team/*") == true)
    }

    @Test(arguments: [
        ("data.example.org", "https://data.example.org/a"), ("Data.Example.ORG", "https://DATA.example.org/a"),
        ("data.example.org", "https://data.example.org:443/a"), ("data.example.org", "http://data.example.org/a"),
        ("data.example.org:8443", "https://data.example.org:8443/a"), ("*.example.org", "https://a.example.org/a"),
        ("*.example.org", "https://a.b.example.org/a"), ("*.example.org:81", "http://a.example.org:81/a"),
        ("*", "https://anything.example.com/a"), ("*", "https://8.8.8.8/a"), ("*:8443", "https://a.org:8443/a"),
        ("8.8.8.8", "https://8.8.8.8/a"), ("[2606:4700::1]", "https://[2606:4700:0::1]/a"),
        ("[2606:4700::1]:8443", "https://[2606:4700::1]:8443/a"),
    ])
    func takesAHost(pattern: String, url: String) throws {
        #expect(try HostPattern(pattern).matches(WebURL(url)))
    }

    @Test(arguments: [
        ("data.example.org", "https://data.example.org.evil.com/a"),
        ("data.example.org", "https://xdata.example.org/a"),
        ("data.example.org", "https://a.data.example.org/a"), ("data.example.org", "https://example.org/a"),
        ("data.example.org", "https://data.example.org:8443/a"), ("data.example.org", "http://data.example.org:443/a"),
        ("data.example.org:8443", "https://data.example.org/a"), ("*.example.org", "https://example.org/a"),
        ("*.example.org", "https://evilexample.org/a"), ("*.example.org", "https://a.example.org.evil.com/a"),
        ("*.8.8.8.org", "https://8.8.8.8/a"), ("*", "https://a.org:8443/a"), ("8.8.8.8", "https://8.8.8.9/a"),
    ])
    func leavesAHost(pattern: String, url: String) throws {
        #expect(try !HostPattern(pattern).matches(WebURL(url)))
    }

    @Test(arguments: [
        "", "https://a.org", "a.org/b", "a.org:", "a.org:0", "a.org:x", "*a.org", "a.*.org", "*.*.org", "**", "*.",
        ".a.org",
        "a.org.", "user@a.org", "localhost", "*.localhost", "*.internal", "printer", "10.0.0.1", "127.0.0.1:80",
        "127.1",
        "[::1]", "*.10.0.0.1", "*.[2606:4700::1]", "b\u{fc}cher.example", "a b.org",
    ])
    func refusesAPatternOfHosts(text: String) {
        #expect(throws: PolicyMistake.self) { try HostPattern(text) }
    }

    @Test(arguments: [
        ("api.example.org", "api.example.org", true), ("api.example.org", ".api.example.org", false),
        ("api.example.org", "a.api.example.org", false), ("api.example.org", "xapi.example.org", false),
        (".example.org", "example.org", true), (".example.org", ".example.org", true),
        (".example.org", "a.example.org", true), (".example.org", ".a.example.org", true),
        (".example.org", "evilexample.org", false), (".example.org", ".org", false),
        (".example.org", "example.org.evil.com", false),
    ])
    func coversADomain(pattern: String, domain: String, covers: Bool) throws {
        #expect(try DomainPattern(pattern).covers(domain) == covers)
    }

    @Test(arguments: ["", "*.example.org", ".", "localhost", "a.local", ".internal", "10.0.0.1", "[::1]", "a b.org"])
    func refusesAPatternOfDomains(text: String) {
        #expect(throws: PolicyMistake.self) { try DomainPattern(text) }
    }
}
