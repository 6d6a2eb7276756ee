internal import Bacalhau
internal import Ethereum

/// How large a signed transaction may be: nodes take no larger one into their pools, at whatever fee.
package struct TransactionSizeLimit: Equatable, Sendable {
    /// Of the whole transaction as it is sent.
    package let bytes: Int

    /// As go-ethereum has it, and on Filecoin as a message is bounded there.
    ///
    /// <https://github.com/ethereum/go-ethereum/blob/master/core/txpool/legacypool/legacypool.go> (`txMaxSize`) and
    /// <https://github.com/filecoin-project/lotus/blob/master/chain/messagepool/messagepool.go> (`MaxMessageSize`).
    package init(chainID: UInt64) {
        bytes = Self.filecoin.contains(chainID) ? 64 << 10 : 128 << 10
    }

    /// Filecoin's main network, and its test network Calibration.
    private static let filecoin: Set<UInt64> = [314, 314_159]
    /// More than all of a transaction but its calldata can have: numbers, address, signature, and their lengths; on
    /// Filecoin the same again as a message.
    private static let envelope = 512
    /// More than the arguments beside a text need, as a rule.
    private static let otherArguments = 512

    /// Of the calldata.
    package var calldata: Int { bytes - Self.envelope }

    /// Of a result in a call whose other arguments are not known yet.
    package var text: Int { calldata - Self.otherArguments }

    /// Why calldata cannot be sent; nil where it can.
    package func refusal(of calldata: [UInt8]) -> String? {
        guard calldata.count > self.calldata else { return nil }
        return "the settlement's calldata has \(calldata.count) bytes, and a transaction of this chain takes"
            + " \(self.calldata) at most"
    }
}

extension ContractBinding {
    /// The form in which an answer to this request also fits a transaction: what the event has echoed may leave little.
    package func form(for request: ObservedRequest, within limit: TransactionSizeLimit) -> AnswerForm {
        var form = form
        form.resultLimit = min(form.resultLimit, room(.result, request, limit))
        form.reasonLimit = min(form.reasonLimit, room(.failure, request, limit))
        // The beginning of a CID or of a number is another one, or none.
        if ResultType(rawValue: request.resultType ?? 0)?.isOutput == false { form.excess = .fail }
        return form
    }

    /// Bytes of text beside the other arguments.
    ///
    /// What cannot be encoded at all is no matter of size, and is told when the answer is settled.
    private func room(_ kind: Answer.Kind, _ request: ObservedRequest, _ limit: TransactionSizeLimit) -> Int {
        guard let call = kind == .result ? fulfill : fail,
            let empty = try? calldata(for: request, answer: Answer(kind: kind, text: "", source: ""))
        else { return .max }
        let texts = call.arguments.count { $0 == .text }
        guard texts > 0 else { return .max }
        // Text is padded to words of 32 bytes.
        return max(0, (limit.calldata - empty.count) / texts / 32 * 32)
    }
}
