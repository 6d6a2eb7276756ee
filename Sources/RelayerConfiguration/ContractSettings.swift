package import Bacalhau
package import Ethereum
import Formats
package import RelayCore
import Settings

/// One contract whose requests are answered.
package struct ContractSettings: Sendable, Equatable {
    /// Numbers that go before the binding's own; nil where they do not.
    package struct Gas: Sendable, Equatable {
        /// Gas units of a settlement with an empty text, the requester's callback apart.
        package let base: UInt64?
        /// Gas units for each byte of the text.
        package let perByte: UInt64?
        /// Gas units for the requester's callback; where nil, the contract is asked.
        package let callbackGas: UInt64?

        init(_ section: Section) {
            let format = Format<UInt64>.whole(1...1_000_000_000_000)
            base = section.optional(
                "base",
                format,
                "What a settlement with an empty text uses, the call of the requester apart; without it, the binding's number."
            )
            perByte = section.optional(
                "perByte",
                Format<UInt64>.whole(1...1_000_000_000),
                "What each byte of the text adds; without it, the binding's number."
            )
            callbackGas = section.optional(
                "callbackGas",
                format,
                "What the requester's callback may use; without it, the contract is asked."
            )
        }
    }

    package let address: Address
    /// How it asks and how it is answered.
    package let binding: ContractBinding
    /// The first block whose requests count; the chain's own unless the contract names another.
    package let startBlock: UInt64
    package let gas: Gas
    /// How many nodes must agree on an answer; nil where one run is believed.
    package let agreement: Agreement?

    init(_ section: Section, chainStart: UInt64, bindings: [BindingSettings.Named]) {
        address = section.value("address", .address, "The contract's address.")
        let name = section.value(
            "binding",
            .bindingName,
            default: ContractBinding.reference.name,
            "How the contract asks and how it is answered: reference is abi/JobBridge.vy; lilypad-v0-a, -b, "
                + "-b-upgradeable, -c, -d, -e, -f and lilypad-v2 are Lilypad's own; or the name of one in bindings."
        )
        let named = bindings.first { $0.name == name }
        var binding = named?.binding ?? .reference
        if named == nil {
            let names = bindings.map(\.name)
            let near = nearestName(to: name, among: names).map { "did you mean \($0)?" }
            section.refuse(
                "binding",
                "there is no binding \(quoted(name)); \(near ?? "known are \(alternatives(names))")"
            )
        }
        binding.form = section.section("answer", "In what form the contract takes answers.") { section in
            var form = binding.form
            form.trims = section.value(
                "trim",
                .flag,
                default: false,
                "Whether white space at both ends of a result is left out, such as the line break behind a line."
            )
            form.excess = section.value(
                "excess",
                .choice(standIn: .cut),
                default: .cut,
                "What becomes of a result that is longer than the contract takes, or that Bacalhau has cut: cut ends it in an "
                    + "ellipsis, fail fails the request, cid answers with the published result's CID."
            )
            return form
        }
        let startBlock = section.optional(
            "startBlock",
            .block,
            "The first block whose requests count; without it, chain.startBlock."
        )
        self.binding = binding
        self.startBlock = startBlock ?? chainStart
        gas = section.section(
            "gas",
            "The ceiling of a settlement's gas: base + perByte × length + callbackGas × 64/63. "
                + "An estimate above it is not sent.",
            Gas.init
        )
        agreement = Agreement.read(section)
    }

    /// Bytes of the longest usual CID, rounded up: one of version 0 has 46, one of version 1 has 59 and more.
    private static let roomForACID = 64

    /// Why answers with a CID may not fit, where some are asked for; nil where they do.
    var roomNote: String? {
        let limit = binding.form.resultLimit
        guard limit < Self.roomForACID else { return nil }
        let why: String
        switch binding.fields.resultType {
        case .always(.cid): why = "its results are CIDs"
        case .field: why = "its requests can ask for a CID"
        case .always where binding.form.excess == .cid: why = "answer.excess is cid"
        case .always: return nil
        }
        return
            "the binding \(binding.name) takes results of \(limit) bytes, and \(why): a CID has "
            + "up to \(Self.roomForACID) bytes; raise its resultLimit where the contract takes more"
    }
}
