import Testing

@testable import Keys

@Suite struct SecretTests {
    @Test func lendsWhatWasWritten() {
        let secret = Secret(capacity: 5_000) { bytes in
            for index in 0..<4_097 { bytes[index] = UInt8(truncatingIfNeeded: index) }
            return 4_097
        }
        #expect(secret.count == 4_097)
        #expect(bytes(secret) == (0..<4_097).map { UInt8(truncatingIfNeeded: $0) })
    }

    @Test func showsNothingOfItself() {
        let secret = secret("hunter2")
        #expect("\(secret)" == "<secret>")
        #expect(String(reflecting: secret) == "<secret>")
        var dumped = ""
        dump(secret, to: &dumped)
        #expect(!dumped.contains("104") && !dumped.contains("hunter"))
        #expect(Mirror(reflecting: secret).children.isEmpty)
    }

    @Test(arguments: [(-1, 0), (9, 4), (2, 2)]) func staysWithinItsCapacity(claimed: Int, held: Int) {
        #expect(Secret(capacity: 4) { _ in claimed }.count == held)
    }

    @Test func canBeEmpty() {
        #expect(bytes(Secret(copying: [])) == [])
    }

    @Test func passesOnTheErrorOfFilling() {
        #expect(throws: KeyError.wrongPassword) {
            try Secret(capacity: 1) { (_) throws(KeyError) in throw .wrongPassword }
        }
    }
}
