extension UInt256 {
    /// The sum modulo 2^256, and whether the true one is larger.
    package func addingReportingOverflow(_ other: UInt256) -> (partialValue: UInt256, overflow: Bool) {
        let (low, carry) = low.addingReportingOverflow(other.low)
        let (sum, overflow) = high.addingReportingOverflow(other.high)
        let (high, overflowByCarry) = sum.addingReportingOverflow(carry ? 1 : 0)
        return (UInt256(high: high, low: low), overflow || overflowByCarry)
    }

    /// The difference modulo 2^256, and whether the true one is below 0.
    package func subtractingReportingOverflow(_ other: UInt256) -> (partialValue: UInt256, overflow: Bool) {
        let (low, borrow) = low.subtractingReportingOverflow(other.low)
        let (difference, overflow) = high.subtractingReportingOverflow(other.high)
        let (high, overflowByBorrow) = difference.subtractingReportingOverflow(borrow ? 1 : 0)
        return (UInt256(high: high, low: low), overflow || overflowByBorrow)
    }

    /// The product modulo 2^256, and whether the true one is larger.
    package func multipliedReportingOverflow(by other: UInt256) -> (partialValue: UInt256, overflow: Bool) {
        let product = multipliedFullWidth(by: other)
        return (product.low, !product.high.isZero)
    }

    /// The whole product, as two halves of 256 bits.
    package func multipliedFullWidth(by other: UInt256) -> (high: UInt256, low: UInt256) {
        let lowLow = low.multipliedFullWidth(by: other.low)
        let lowHigh = low.multipliedFullWidth(by: other.high)
        let highLow = high.multipliedFullWidth(by: other.low)
        let highHigh = high.multipliedFullWidth(by: other.high)
        let (middle1, carry1) = lowLow.high.addingReportingOverflow(lowHigh.low)
        let (middle2, carry2) = middle1.addingReportingOverflow(highLow.low)
        let (upper1, carry3) = lowHigh.high.addingReportingOverflow(highLow.high)
        let (upper2, carry4) = upper1.addingReportingOverflow(highHigh.low)
        let (upper3, carry5) = upper2.addingReportingOverflow((carry1 ? 1 : 0) &+ (carry2 ? 1 : 0))
        let carries: UInt128 = (carry3 ? 1 : 0) &+ (carry4 ? 1 : 0) &+ (carry5 ? 1 : 0)
        return (
            UInt256(high: highHigh.high &+ carries, low: upper3),
            UInt256(high: middle2, low: lowLow.low)
        )
    }

    /// The sum, or 2^256 − 1 where it would be more.
    package func addingSaturating(_ other: UInt256) -> UInt256 {
        let (sum, overflow) = addingReportingOverflow(other)
        return overflow ? .max : sum
    }

    /// The difference, or 0 where it would be less.
    package func subtractingSaturating(_ other: UInt256) -> UInt256 {
        let (difference, overflow) = subtractingReportingOverflow(other)
        return overflow ? .zero : difference
    }

    /// The product, or 2^256 − 1 where it would be more.
    package func multipliedSaturating(by other: UInt256) -> UInt256 {
        let (product, overflow) = multipliedReportingOverflow(by: other)
        return overflow ? .max : product
    }

    /// The bits moved up, those above 255 lost; `count` from 0 to 255.
    static func &<< (value: UInt256, count: Int) -> UInt256 {
        if count == 0 { return value }
        if count >= 128 { return UInt256(high: value.low << (count &- 128), low: 0) }
        return UInt256(high: value.high << count | value.low >> (128 &- count), low: value.low << count)
    }
}
