import RelayCore
import Testing

@Suite struct PlaceTests {
    private func place(_ block: UInt64) -> Place {
        Place(blockNumber: block, blockHash: Sample.hash(1), transactionHash: Sample.hash(2), logIndex: 0)
    }

    @Test(arguments: [[7, 7, 1], [7, 8, 2], [7, 6, 0], [0, 0, 1], [0, .max - 1, .max]] as [[UInt64]])
    func countsTheHeadItselfAsOneConfirmation(numbers: [UInt64]) {
        #expect(place(numbers[0]).confirmations(at: numbers[1]) == numbers[2])
    }
}
