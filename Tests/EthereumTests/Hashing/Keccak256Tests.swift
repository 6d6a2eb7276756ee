import Ethereum
import Testing

@Suite struct Keccak256Tests {
    @Test func hashesTheEmptyStringAsPublished() {
        #expect(
            keccak256([]).hex == "0xc5d2460186f7233c927e7db2dcc703c0e500b653ca82273b7bfad8045d85a470"
        )
    }

    @Test func yieldsTheKnownEventTopic() {
        let event = ABIEvent(
            name: "BacalhauJobRequested",
            inputs: [
                ABIParameter(name: "jobId", type: .uint(bits: 256), indexed: true),
                ABIParameter(name: "requester", type: .address, indexed: true),
                ABIParameter(name: "spec", type: .string),
                ABIParameter(name: "resultType", type: .uint(bits: 8)),
            ]
        )
        #expect(event.topic.hex == "0x3dae992765f79f435d3e35f031e83c46858735dc3d51e8a240e18b602f872561")
    }

    @Test(arguments: [0, 1, 7, 8, 20, 135, 136, 137, 271, 272, 273, 1000])
    func hashesTheSameInPieces(_ count: Int) {
        let bytes = (0..<count).map { UInt8(truncatingIfNeeded: $0 * 7) }
        for cut in [0, 1, 3, count / 2, count - 1] where (0...count).contains(cut) {
            var hasher = Keccak256()
            hasher.update(Array(bytes[..<cut]))
            hasher.update(Array(bytes[cut...]))
            #expect(hasher.finalize() == keccak256(bytes), "cut at \(cut)")
        }
    }
}
