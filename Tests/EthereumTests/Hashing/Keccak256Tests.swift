import Ethereum
import JSON
import Testing

@Suite(.timeLimit(.minutes(5))) struct Keccak256Tests {
    @Test func givesTheKeccakTeamsAnswers() throws {
        let vectors = try Vectors.list("keccak256", "vectors")
        #expect(vectors.count == 259)
        for vector in vectors {
            let message = try vector.bytes("message")
            #expect(keccak256(message) == (try vector.hash("digest")), "message of \(message.count) bytes")
        }
    }

    @Test func agreesWithEthHashInOneAndInTwoPieces() async throws {
        try await CrossCheck.run("keccak", 400) { expected, label in
            let data = try expected.bytes("data")
            let hash = try expected.hash("hash")
            let cut = Int(try expected.integer("cut"))
            #expect(keccak256(data) == hash, label)
            var hasher = Keccak256()
            hasher.update(Array(data[..<cut]))
            hasher.update(Array(data[cut...]))
            #expect(hasher.finalize() == hash, label)
        }
    }

    @Test(arguments: [0, 1, 7, 8, 20, 135, 136, 137, 271, 272, 273])
    func hashesTheSameByteByByte(_ count: Int) {
        let bytes = (0..<count).map { UInt8(truncatingIfNeeded: $0 * 7) }
        var hasher = Keccak256()
        for byte in bytes { hasher.update([byte]) }
        #expect(hasher.finalize() == keccak256(bytes))
    }

    @Test func mayGoOnAfterADigest() {
        var hasher = Keccak256()
        hasher.update([1, 2])
        #expect(hasher.finalize() == keccak256([1, 2]))
        hasher.update([3])
        #expect(hasher.finalize() == keccak256([1, 2, 3]))
    }

    @Test func takesInHashesAndAddressesAsTheirBytes() {
        let hash = keccak256([1])
        let address = Address.zero
        for lead in [0, 100, 120, 131, 135] {
            let start = [UInt8](repeating: 9, count: lead)
            var hasher = Keccak256()
            hasher.update(start)
            hasher.update(address)
            hasher.update(hash)
            #expect(hasher.finalize() == keccak256(start + address.bytes + hash.bytes), "\(lead) bytes before")
        }
    }
}
