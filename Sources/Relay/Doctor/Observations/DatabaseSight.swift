package import RelayStore

/// The database's file.
package enum DatabaseSight: Sendable {
    /// There is none; why none could be made, where that is so.
    case missing(problem: String?)
    case unusable(String)
    /// An older program's, which the next start migrates.
    case older
    case open(State)

    package struct State: Sendable {
        package var identity: ChainIdentity?
        package var anchor: ChainAnchor?
        package var halt: ChainHalt?
        package var cursors: [ContractCursor]
        /// Blocks that no node would read.
        package var gaps: Int
        package var dead: Int
        /// Whether a relayer runs on it.
        package var isHeld: Bool
        /// Bytes on its disk that we may use; nil where the system does not tell.
        package var free: UInt64?

        package init(
            identity: ChainIdentity? = nil,
            anchor: ChainAnchor? = nil,
            halt: ChainHalt? = nil,
            cursors: [ContractCursor] = [],
            gaps: Int = 0,
            dead: Int = 0,
            isHeld: Bool = false,
            free: UInt64? = nil
        ) {
            self.identity = identity
            self.anchor = anchor
            self.halt = halt
            self.cursors = cursors
            self.gaps = gaps
            self.dead = dead
            self.isHeld = isHeld
            self.free = free
        }
    }

    package var state: State? { if case .open(let state) = self { state } else { nil } }
}
