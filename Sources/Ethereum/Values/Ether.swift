/// Amounts of the chain's coin.
package enum Ether {
    /// Wei as a decimal number of ether, exact, without zeros at its end.
    package static func text(_ wei: UInt256) -> String {
        let (whole, rest) = wei.quotientAndRemainder(dividingBy: UInt256(1_000_000_000_000_000_000))
        guard rest != UInt256.zero else { return whole.description }
        let digits = rest.description
        var places = String(repeating: "0", count: max(0, 18 - digits.count)) + digits
        while places.hasSuffix("0") { places.removeLast() }
        return "\(whole).\(places)"
    }
}
