internal import Ethereum
internal import JSON
internal import RelayCore

/// A settlement machine as a column: nonce, attempts and receipt have rows of their own.
extension SettlementMachine {
    static let version: Int64 = 1

    var json: String {
        var members: [JSONMember] = [
            JSONMember("v", .number(JSONNumber(Self.version))), JSONMember("failures", .number(JSONNumber(failures))),
        ]
        if let hold {
            let value: JSONValue = [
                "cause": .string(hold.cause.rawValue), "reason": .string(hold.reason),
                "since": .number(JSONNumber(hold.since.milliseconds)),
                "began": .number(JSONNumber(hold.began.milliseconds)), "times": .number(JSONNumber(hold.times)),
            ]
            members.append(JSONMember("hold", value))
        }
        if let mined { members.append(JSONMember("mined", mined.json)) }
        if case .reverted(let inclusion) = phase { members.append(JSONMember("reverted", inclusion.json)) }
        return JSONValue.object(members).line
    }

    /// With the live settlement's nonce, gas limit and attempts, if one has been signed.
    init(json: String?, live: (nonce: UInt64, gasLimit: UInt64, attempts: [Attempt])?) throws {
        let tree = try JSONValue.stored(json ?? #"{"v":1,"failures":0}"#)
        guard try tree.int("v") == Self.version else {
            throw StoreError.damaged("settlement machine of another version")
        }
        let failures = try tree.count("failures")
        var hold: Hold?
        if let stored = tree["hold"] {
            guard let cause = Hold.Cause(rawValue: try stored.text("cause")) else {
                throw StoreError.damaged("a settlement's hold")
            }
            hold = Hold(
                cause: cause,
                reason: try stored.text("reason"),
                since: try stored.timestamp("since"),
                began: try stored.timestamp("began"),
                times: try stored.count("times", from: 1)
            )
        }
        var phase = Phase.checking
        if let reverted = tree["reverted"] {
            phase = .reverted(try Inclusion(stored: reverted))
        } else if let live {
            phase = .sent(nonce: live.nonce, gasLimit: live.gasLimit, attempts: live.attempts)
        }
        // Rows of versions that did not keep it have none.
        let mined = try tree["mined"].map { try Inclusion(stored: $0) }
        self.init(phase: phase, hold: hold, failures: failures, mined: mined)
    }
}

extension Inclusion {
    fileprivate var json: JSONValue {
        [
            "succeeded": .bool(succeeded), "callback": callbackSucceeded.map { .bool($0) } ?? .null,
            "hash": .string(transactionHash.hex), "block": .number(JSONNumber(Int64(column: blockNumber))),
            "blockHash": .string(blockHash.hex), "gasUsed": .number(JSONNumber(Int64(column: gasUsed))),
            "gasPrice": .string(effectiveGasPrice.description),
        ]
    }

    fileprivate init(stored tree: JSONValue) throws {
        guard let hash = Hash32(hex: try tree.text("hash")), let blockHash = Hash32(hex: try tree.text("blockHash")),
            let block = UInt64(exactly: try tree.int("block")), let gas = UInt64(exactly: try tree.int("gasUsed")),
            let price = UInt256(decimal: try tree.text("gasPrice"))
        else { throw StoreError.damaged("a mined settlement") }
        self.init(
            transactionHash: hash,
            blockNumber: block,
            blockHash: blockHash,
            // Only reverted ones were stored before these members came.
            succeeded: tree["succeeded"]?.bool ?? false,
            gasUsed: gas,
            effectiveGasPrice: price,
            callbackSucceeded: tree["callback"]?.bool
        )
    }
}
