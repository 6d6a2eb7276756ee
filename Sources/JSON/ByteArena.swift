/// One growing buffer for many decoded values, so that a value costs no allocation.
package struct ByteArena: Sendable {
    /// Bytes in use, not the room that is set aside.
    package private(set) var count = 0
    private var storage: [UInt8]

    /// Sets room for `capacity` bytes aside, and takes more when they are needed; below 0 is 0.
    package init(capacity: Int = 0) { storage = Array(repeating: 0, count: max(0, capacity)) }

    /// What has been appended.
    package var span: Span<UInt8> {
        @_lifetime(borrow self)
        get { storage.span.extracting(0..<count) }
    }

    /// The bytes of a range that an appending call returned, copied.
    package subscript(range: Range<Int>) -> [UInt8] { Array(copying: span.extracting(range)) }

    /// One byte of what has been appended; an index beyond it is a mistake of the program and stops it.
    package subscript(index: Int) -> UInt8 {
        precondition(index < count)
        return storage[index]
    }

    /// Forgets the content and keeps the memory.
    package mutating func removeAll() { count = 0 }

    package mutating func append(_ byte: UInt8) {
        reserve(1)
        storage[count] = byte
        count += 1
    }

    package mutating func append(_ bytes: Span<UInt8>) {
        reserve(bytes.count)
        let start = count
        var target = storage.mutableSpan
        for index in bytes.indices { target[start + index] = bytes[index] }
        count = start + bytes.count
    }

    /// Appends what `digits` say, or appends nothing and returns false when there is an odd number of them or one of them
    /// is no hex digit.
    @inline(__always)
    mutating func appendHex(_ digits: Span<UInt8>) -> Bool {
        guard digits.count & 1 == 0 else { return false }
        let length = digits.count / 2
        reserve(length)
        let start = count
        var target = storage.mutableSpan
        guard decodeHex(digits, into: &target, at: start) else { return false }
        count = start + length
        return true
    }

    @inline(__always)
    private mutating func reserve(_ more: Int) {
        if count + more > storage.count { grow(more) }
    }

    @inline(never)
    private mutating func grow(_ more: Int) {
        storage.append(contentsOf: repeatElement(0, count: max(storage.count, more, 4_096)))
    }
}
