import Testing

@testable import JSON

@Suite struct ByteArenaTests {
    @Test func growsAndKeepsWhatIsThere() {
        var arena = ByteArena(capacity: 2)
        for byte in 0..<10_000 { arena.append(UInt8(truncatingIfNeeded: byte)) }
        #expect(arena.count == 10_000)
        #expect(arena[9_999] == UInt8(truncatingIfNeeded: 9_999))
        #expect(arena[255..<258] == [255, 0, 1])
    }

    @Test func forgetsAll() {
        var arena = ByteArena()
        arena.append([1, 2, 3].span)
        arena.removeAll()
        #expect(arena.count == 0 && arena.span.isEmpty)
    }
}
