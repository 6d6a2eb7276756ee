extension UInt8 {
    /// Whether it is a hexadecimal digit of ASCII, in either case.
    var isHexDigit: Bool { 0x30...0x39 ~= self || 0x41...0x46 ~= self || 0x61...0x66 ~= self }
}
