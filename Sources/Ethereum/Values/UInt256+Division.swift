extension UInt256 {
    /// The quotient rounded down and what is left.
    ///
    /// Dividing by zero is a mistake of the program and stops it: check a divisor that comes from outside.
    package func quotientAndRemainder(dividingBy divisor: UInt256) -> (quotient: UInt256, remainder: UInt256) {
        precondition(!divisor.isZero, "division by zero")
        if self < divisor { return (.zero, self) }
        return divisor.high == 0 ? divided(byHalf: divisor.low) : divided(byWhole: divisor)
    }

    private func divided(byHalf divisor: UInt128) -> (quotient: UInt256, remainder: UInt256) {
        let (quotientHigh, rest) = high.quotientAndRemainder(dividingBy: divisor)
        let (quotientLow, remainder) = divisor.dividingFullWidth((rest, low))
        return (UInt256(high: quotientHigh, low: quotientLow), UInt256(high: 0, low: remainder))
    }

    /// One step of Knuth's algorithm D with 128-bit digits: the quotient has one digit, and the estimate from the
    /// leading digits of the normalised numbers is too large by two at most.
    private func divided(byWhole divisor: UInt256) -> (quotient: UInt256, remainder: UInt256) {
        let shift = divisor.high.leadingZeroBitCount
        let top = shift == 0 ? 0 : high >> (128 &- shift)
        let normalised = (self &<< shift).high
        var estimate = (divisor &<< shift).high.dividingFullWidth((top, normalised)).quotient
        while true {
            let (product, overflow) = divisor.multipliedReportingOverflow(by: UInt256(high: 0, low: estimate))
            let (remainder, isTooLarge) = subtractingReportingOverflow(product)
            if !overflow && !isTooLarge { return (UInt256(high: 0, low: estimate), remainder) }
            estimate &-= 1
        }
    }
}
