import JSON
import Testing

@testable import Bacalhau

@Suite struct ResourceSyntaxTests {
    @Test(
        arguments: [
            ("100m", 100), ("0.5", 500), ("2", 2_000), ("0.0001", 1), ("1.", nil), (".5", nil), ("", nil), ("1,5", nil),
            ("0.1", 100), ("1.0000000001", nil), ("18446744073709551", 18_446_744_073_709_551_000),
            ("18446744073709551.615", 18_446_744_073_709_551_615), ("18446744073709551.616", nil), ("+1", nil),
        ] as [(String, UInt64?)]
    )
    func readsCores(text: String, thousandths: UInt64?) {
        #expect(ResourceSyntax.cpu(text) == thousandths)
    }

    @Test(
        arguments: [
            ("100", 100), ("100b", 100), ("1kb", 1_000), ("1k", 1_000), ("1KiB", 1_024), ("1ki", 1_024),
            ("512Mb", 512_000_000), ("100MiB", 104_857_600), ("1.5 GiB", 1_610_612_736), ("2gb", 2_000_000_000),
            ("1TB", 1_000_000_000_000), ("1pib", 1 << 50), ("15EiB", 15 << 60), ("16EiB", nil), ("1  kb", nil),
            ("1 kb ", nil), ("kb", nil), ("1ib", nil), ("1kib b", nil), ("1x", nil), ("", nil), ("1..2k", nil),
        ] as [(String, UInt64?)]
    )
    func readsSizes(text: String, bytes: UInt64?) {
        #expect(ResourceSyntax.bytes(text) == bytes)
    }
}
