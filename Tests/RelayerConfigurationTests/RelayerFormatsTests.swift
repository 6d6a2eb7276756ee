import Ethereum
import Formats
import RelayerConfiguration
import Testing

@Suite struct RelayerFormatsTests {
    private static let checksum = Misfit(
        "its capitals are no checksum of it (EIP-55): a digit is wrong, or it needs small letters only"
    )

    /// The addresses are EIP-55's own examples.
    @Test(arguments: [
        "0x5aAeb6053F3E94C9b9A09f33669435E7Ef1BeAed", "0xfB6916095ca1df60bB79Ce92cE3Ea74c37c5d359",
        "0x52908400098527886E0F7030069857D2E4169EE7", "0xde709f2102306220921060314715629080e2fb77",
        "0x5aaeb6053f3e94c9b9a09f33669435e7ef1beaed", "0x5AAEB6053F3E94C9B9A09F33669435E7EF1BEAED",
    ])
    func takesAddresses(_ text: String) throws {
        #expect(try Format.address.parse(text).hex == text.lowercased())
    }

    @Test(arguments: [
        ("0x5aAeb6053F3E94C9b9A09f33669435E7Ef1BeAeD", checksum),
        ("0x5aAeb6053F3E94C9b9A09f33669435E7Ef1BeAe0", checksum),
        ("5aaeb6053f3e94c9b9a09f33669435e7ef1beaed", .plain), ("0x5aaeb6053f3e94c9b9a09f33669435e7ef1beae", .plain),
        ("0x5aaeb6053f3e94c9b9a09f33669435e7ef1beaed00", .plain), ("0xg", .plain), ("", .plain), ("name.eth", .plain),
        ("0x0000000000000000000000000000000000000000", Misfit("the zero address is nobody's")),
    ])
    func refusesAddresses(_ text: String, _ misfit: Misfit) {
        #expect(throws: misfit) { try Format.address.parse(text) }
    }

    @Test(arguments: [
        ("0wei", 0), ("1000wei", 1000), ("30gwei", 30_000_000_000), ("0.5gwei", 500_000_000),
        ("1.000000001gwei", 1_000_000_001),
        ("1000000gwei", 1_000_000_000_000_000), ("00gwei", 0),
    ])
    func takesFees(_ text: String, _ wei: UInt64) throws {
        #expect(try Format.feePerGas.parse(text) == UInt256(wei))
    }

    @Test(arguments: [
        "", "gwei", "wei", "1", "1 gwei", "-1gwei", "1.gwei", ".5gwei", "1.0000000001gwei", "1.5wei", "1.2.3gwei",
        "1ether",
        "1000000.000000001gwei", "18446744073709551616wei", "99999999999999999999gwei", "18446744074gwei", "٣gwei",
        "1e3gwei",
    ])
    func refusesFees(_ text: String) {
        #expect(throws: Misfit.plain) { try Format.feePerGas.parse(text) }
    }

    @Test(arguments: [(0, "0wei"), (999, "999wei"), (30_000_000_000, "30gwei"), (1_500_000_000, "1500000000wei")])
    func writesFeesThatReadBack(_ wei: UInt64, _ text: String) throws {
        #expect(Format.feePerGas.write(UInt256(wei)) == text)
        #expect(try Format.feePerGas.parse(text) == UInt256(wei))
    }

    @Test(arguments: [
        ("lilypad", true), ("a-b_C9", true), ("9", true), (String(repeating: "a", count: 63), true), ("", false),
        ("-a", false),
        ("_a", false), ("a b", false), ("a/b", false), ("ä", false), ("*", false),
        (String(repeating: "a", count: 64), false),
    ])
    func checksNamespaces(_ text: String, _ isOne: Bool) {
        #expect(((try? Format<String>.namespace.parse(text)) != nil) == isOne)
    }
}
