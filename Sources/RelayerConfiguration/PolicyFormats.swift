package import Formats
package import RelayCore

extension Format<ImagePattern> {
    /// A container's image, or many of them.
    package static var image: Format<ImagePattern> {
        Self(
            "an image, such as ubuntu:24.04, ubuntu@sha256:…, ubuntu:* or registry.example/team/*",
            standIn: .example,
            write: \.text,
            parse: { (text) throws(Misfit) in try pattern(text, ImagePattern.init) }
        )
    }
}

extension Format<HostPattern> {
    /// A host of a download, or many of them.
    package static var host: Format<HostPattern> {
        Self(
            "a host, such as data.example.org, *.example.org, data.example.org:8443 or *",
            standIn: .example,
            write: \.text,
            parse: { (text) throws(Misfit) in try pattern(text, HostPattern.init) }
        )
    }
}

extension Format<DomainPattern> {
    /// A domain of Bacalhau's HTTP network.
    package static var domain: Format<DomainPattern> {
        Self(
            "a domain, such as api.example.org, or .example.org for it and all below it",
            standIn: .example,
            write: \.text,
            parse: { (text) throws(Misfit) in try pattern(text, DomainPattern.init) }
        )
    }
}

private func pattern<Pattern>(
    _ text: String,
    _ read: (String) throws(PolicyMistake) -> Pattern
) throws(Misfit) -> Pattern {
    do {
        return try read(text)
    } catch {
        throw Misfit(error.reason)
    }
}

extension Format<String> {
    /// A bucket of S3.
    package static var bucket: Self {
        word("a bucket's name of 3 to 63 small letters, digits, dots and dashes", "^[a-z0-9.-]{3,63}$", 3...63) {
            byte in
            0x61...0x7a ~= byte || 0x30...0x39 ~= byte || ".-".utf8.contains(byte)
        }
    }

    /// An environment variable's name.
    package static var variable: Self {
        word("a variable's name, such as SEED", "^[A-Za-z0-9_]{1,256}$", 1...256, isWordByte)
    }

    /// A text of some kinds of bytes and a length.
    static func word(
        _ expectation: String,
        _ pattern: String,
        _ length: ClosedRange<Int>,
        _ isAllowed: @escaping @Sendable (UInt8) -> Bool
    ) -> Self {
        Self(expectation, schema: .text(pattern: pattern), standIn: "word") { (text) throws(Misfit) in
            guard length ~= text.utf8.count, text.utf8.allSatisfy(isAllowed) else { throw .plain }
            return text
        }
    }

    /// A letter, a digit or an underscore.
    @Sendable static func isWordByte(_ byte: UInt8) -> Bool {
        0x61...0x7a ~= byte || 0x41...0x5a ~= byte || 0x30...0x39 ~= byte || byte == UInt8(ascii: "_")
    }
}

extension Format<UInt64> {
    /// Cores in thousandths: `2`, or `500m` for half of one.
    package static func cores(_ range: ClosedRange<UInt64>) -> Self {
        let bounds = (low: coresText(range.lowerBound), high: coresText(range.upperBound))
        return Self(
            "cores from \(bounds.low) to \(bounds.high), such as 2, or 500m for half of one",
            schema: .numberOrText(pattern: "^[0-9]+m?$"),
            standIn: range.lowerBound,
            write: coresText
        ) { (text) throws(Misfit) in
            let isThousandths = text.hasSuffix("m")
            guard let number = UInt64(isThousandths ? String(text.dropLast()) : text) else { throw .plain }
            let (value, overflows) = number.multipliedReportingOverflow(by: isThousandths ? 1 : 1_000)
            guard !overflows, range.contains(value) else { throw .plain }
            return value
        }
    }

    @Sendable private static func coresText(_ thousandths: UInt64) -> String {
        thousandths % 1_000 == 0 ? "\(thousandths / 1_000)" : "\(thousandths)m"
    }
}
