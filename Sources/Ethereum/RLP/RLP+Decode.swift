extension RLP {
    /// The one item that `bytes` is; anything but its canonical encoding throws.
    package static func decode(_ bytes: [UInt8]) throws(RLPError) -> RLPItem { try decode(bytes.span) }

    /// The one item that `bytes` is; anything but its canonical encoding throws.
    package static func decode(_ bytes: Span<UInt8>) throws(RLPError) -> RLPItem {
        var reader = Reader(offset: 0)
        let item = try reader.item(in: bytes, end: bytes.count, depth: 0)
        guard reader.offset == bytes.count else { throw .trailingBytes(offset: reader.offset) }
        return item
    }

    private struct Reader {
        var offset: Int

        mutating func item(in bytes: Span<UInt8>, end: Int, depth: Int) throws(RLPError) -> RLPItem {
            guard offset < end else { throw .truncated(offset: offset) }
            let start = offset
            let prefix = bytes[offset]
            if prefix < 0x80 {
                offset &+= 1
                return .bytes([prefix])
            }
            let isList = prefix >= 0xc0
            let payload = try payload(short: prefix &- (isList ? 0xc0 : 0x80), in: bytes, end: end)
            guard isList else { return .bytes(try string(payload, start, bytes)) }
            guard depth < RLP.maximumDepth else { throw .tooDeep(offset: start) }
            var items: [RLPItem] = []
            while offset < payload.upperBound {
                items.append(try item(in: bytes, end: payload.upperBound, depth: depth &+ 1))
            }
            return .list(items)
        }

        /// Reads a prefix and its length; `short` is the prefix less its base.
        ///
        /// Leaves `offset` at the payload.
        private mutating func payload(
            short: UInt8,
            in bytes: Span<UInt8>,
            end: Int
        ) throws(RLPError) -> Range<Int> {
            let start = offset
            offset &+= 1
            var length = UInt64(short)
            if short > 55 { length = try longLength(size: Int(short) &- 55, in: bytes, end: end, start: start) }
            guard length <= UInt64(end &- offset) else { throw .truncated(offset: start) }
            return offset..<offset &+ Int(length)
        }

        private mutating func longLength(
            size: Int,
            in bytes: Span<UInt8>,
            end: Int,
            start: Int
        ) throws(RLPError) -> UInt64 {
            guard size <= end &- offset else { throw .truncated(offset: start) }
            guard bytes[offset] != 0 else { throw .lengthNotMinimal(offset: start) }
            var length: UInt64 = 0
            for index in offset..<offset &+ size { length = length &<< 8 | UInt64(bytes[index]) }
            guard length > 55 else { throw .lengthNotMinimal(offset: start) }
            offset &+= size
            return length
        }

        private mutating func string(
            _ payload: Range<Int>,
            _ start: Int,
            _ bytes: Span<UInt8>
        ) throws(RLPError) -> [UInt8] {
            if payload.count == 1 && bytes[payload.lowerBound] < 0x80 { throw .prefixedSingleByte(offset: start) }
            offset = payload.upperBound
            return Array(copying: bytes.extracting(payload))
        }
    }
}
