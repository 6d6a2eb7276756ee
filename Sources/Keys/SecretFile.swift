extension Secret {
    /// The content of a key's or password's file, without one line feed (or CR LF) at its end.
    ///
    /// The file is regular, has 1 to 4,096 bytes, and nobody but its owner may read it (`KeyError.open`).
    package static func file(_ path: String) throws(KeyError) -> Secret {
        let file = try OpenFile(reading: path)
        try file.requirePrivate()
        let content = try file.readAll(limit: 4_096)
        let secret = content.withBytes { bytes in
            var end = bytes.count
            if end > 0, bytes[end - 1] == UInt8(ascii: "\n") { end -= 1 }
            if end > 0, end < bytes.count, bytes[end - 1] == UInt8(ascii: "\r") { end -= 1 }
            return Secret(copying: bytes.extracting(first: end))
        }
        guard secret.count > 0 else { throw .file(path: path, reason: "the file is empty") }
        return secret
    }

    /// Bytes drawn by chance, fit for a password.
    package static func random(_ count: Int) throws(KeyError) -> Secret {
        try Secret(capacity: count) { (bytes) throws(KeyError) in
            try Crypto.fillWithSecretRandom(&bytes)
            return bytes.count
        }
    }

    /// A copy of lent bytes.
    convenience init(copying bytes: Span<UInt8>) {
        self.init(capacity: bytes.count) { span in
            for index in bytes.indices { span[index] = bytes[index] }
            return bytes.count
        }
    }
}
