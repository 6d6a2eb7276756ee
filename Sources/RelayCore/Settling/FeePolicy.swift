package import Ethereum

/// The fees of an EIP-1559 transaction, in wei per gas.
package struct Fees: Equatable, Sendable {
    package let maxFeePerGas: UInt256
    package let maxPriorityFeePerGas: UInt256

    package init(maxFeePerGas: UInt256, maxPriorityFeePerGas: UInt256) {
        self.maxFeePerGas = maxFeePerGas
        self.maxPriorityFeePerGas = maxPriorityFeePerGas
    }

    /// The most that `gasLimit` units can cost, in wei.
    package func cost(gasLimit: UInt64) -> UInt256 {
        let (product, overflow) = maxFeePerGas.multipliedReportingOverflow(by: UInt256(gasLimit))
        return overflow ? .max : product
    }
}

/// What the chain asks now, in wei per gas.
package struct FeeMarket: Equatable, Sendable {
    package let baseFeePerGas: UInt256
    package let priorityFeePerGas: UInt256

    package init(baseFeePerGas: UInt256, priorityFeePerGas: UInt256) {
        self.baseFeePerGas = baseFeePerGas
        self.priorityFeePerGas = priorityFeePerGas
    }
}

/// Chooses fees: pure arithmetic.
package struct FeePolicy: Equatable, Sendable {
    /// The most that a unit of gas may cost, in wei; nil: no cap.
    package var maxFeePerGas: UInt256?
    /// The least tip that is offered, in wei.
    package var minPriorityFeePerGas: UInt256

    package init(maxFeePerGas: UInt256? = nil, minPriorityFeePerGas: UInt256 = UInt256(0)) {
        self.maxFeePerGas = maxFeePerGas
        self.minPriorityFeePerGas = minPriorityFeePerGas
    }

    /// Twice the base fee and the tip: six full blocks in a row raise the base fee by that much (EIP-1559).
    ///
    /// Nil when the cap does not even cover the base fee and the tip of this moment.
    package func fees(for quote: FeeMarket) -> Fees? {
        let tip = max(quote.priorityFeePerGas, minPriorityFeePerGas)
        let needed = quote.baseFeePerGas.addingSaturating(tip)
        let wanted = quote.baseFeePerGas.addingSaturating(needed)
        guard let cap = maxFeePerGas else { return Fees(maxFeePerGas: wanted, maxPriorityFeePerGas: tip) }
        guard cap >= needed else { return nil }
        return Fees(maxFeePerGas: min(wanted, cap), maxPriorityFeePerGas: tip)
    }

    /// Both fees raised by an eighth, rounded up (pools ask for a tenth), and to what the chain asks now as far as the cap
    /// allows.
    ///
    /// Nil when the eighth alone would pass the cap.
    package func bumped(_ old: Fees, for quote: FeeMarket) -> Fees? {
        let cap = maxFeePerGas ?? .max
        guard let raisedFee = Self.raised(old.maxFeePerGas), let raisedTip = Self.raised(old.maxPriorityFeePerGas),
            max(raisedFee, raisedTip) <= cap
        else { return nil }
        let tip = max(raisedTip, min(max(quote.priorityFeePerGas, minPriorityFeePerGas), cap))
        let market = quote.baseFeePerGas.addingSaturating(quote.baseFeePerGas).addingSaturating(tip)
        return Fees(maxFeePerGas: max(raisedFee, tip, min(market, cap)), maxPriorityFeePerGas: tip)
    }

    /// Nil for what is no number of 256 bits any more.
    private static func raised(_ fee: UInt256) -> UInt256? {
        let (eighth, remainder) = fee.quotientAndRemainder(dividingBy: UInt256(8))
        let up = remainder == UInt256(0) && eighth != UInt256(0) ? eighth : eighth.addingSaturating(UInt256(1))
        let (sum, overflow) = fee.addingReportingOverflow(up)
        return overflow ? nil : sum
    }
}
