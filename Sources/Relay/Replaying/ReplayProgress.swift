internal import Ethereum
internal import JSON

extension ReplayRun {
    /// How far a replay has come: it is resumed from here.
    package struct Progress: Equatable, Sendable {
        package var next: UInt64
        package let from: UInt64
        package let to: UInt64
        package var found = 0
        package var known = 0
        package var rejected = 0
        /// For whom all has been read since which block: the settings may have named other contracts when it began.
        private(set) var since: [Address: UInt64] = [:]

        package init(from: UInt64, to: UInt64) {
            self.from = from
            self.to = to
            next = from
        }

        /// It goes on for these contracts from now on.
        mutating func go(on contracts: [Address]) {
            since = Dictionary(contracts.map { ($0, since[$0] ?? next) }) { first, _ in first }
        }

        /// All blocks from this one to `next` have been read for the contract.
        func since(_ contract: Address) -> UInt64 { since[contract] ?? next }
    }
}

extension ReplayRun.Progress {
    /// As it is kept with its instruction.
    package var json: String {
        var writer = JSONWriter()
        writer.object { object in
            object.member("from", from)
            object.member("to", to)
            object.member("next", next)
            object.member("found", found)
            object.member("known", known)
            object.member("rejected", rejected)
            object.member("since") { member in
                member.object { object in
                    for (contract, block) in since.sorted(by: { $0.key < $1.key }) {
                        object.member(contract.checksummed, block)
                    }
                }
            }
        }
        return String(decoding: writer.bytes, as: UTF8.self)
    }

    package init?(json: String) {
        guard let tree = try? JSONValue.parse(Array(json.utf8)),
            let from = tree["from"]?.int64.flatMap(UInt64.init(exactly:)),
            let to = tree["to"]?.int64.flatMap(UInt64.init(exactly:))
        else { return nil }
        self.init(from: from, to: to)
        next = tree["next"]?.int64.flatMap(UInt64.init(exactly:)) ?? from
        found = tree["found"]?.int64.flatMap(Int.init(exactly:)) ?? 0
        known = tree["known"]?.int64.flatMap(Int.init(exactly:)) ?? 0
        rejected = tree["rejected"]?.int64.flatMap(Int.init(exactly:)) ?? 0
        for member in tree["since"]?.object ?? [] {
            guard let contract = Address(hex: member.name),
                let block = member.value.int64.flatMap(UInt64.init(exactly:))
            else { continue }
            since[contract] = block
        }
    }
}
