internal import CSQLite

/// The values for a statement's next run.
///
/// Text and blobs are copied into one buffer, and SQLite gets pointers into it only when the statement runs: no
/// allocation for each value (what SQLITE_TRANSIENT costs) and no pointer that outlives the caller's bytes (what
/// SQLITE_STATIC risks).
@safe
struct Parameters: ~Copyable {
    private enum Value {
        case null
        case integer(Int64)
        case text(at: Int, count: Int)
        case blob(at: Int, count: Int)
    }

    private var values: [Value]
    private var arena: UnsafeMutableRawBufferPointer
    private var used = 0
    /// A number that was set and that the statement does not have.
    private(set) var unknown: Int?

    init(count: Int) {
        values = Array(repeating: .null, count: count)
        unsafe arena = .allocate(byteCount: 256, alignment: 16)
    }

    deinit { unsafe arena.deallocate() }

    mutating func set(_ index: Int, _ value: Int64?) { store(index, value.map(Value.integer) ?? .null) }

    mutating func set(_ index: Int, text: RawSpan) { store(index, .text(at: copy(text), count: text.byteCount)) }

    mutating func set(_ index: Int, blob: RawSpan) { store(index, .blob(at: copy(blob), count: blob.byteCount)) }

    private mutating func store(_ index: Int, _ value: Value) {
        guard values.indices.contains(index - 1) else {
            unknown = index
            return
        }
        values[index - 1] = value
    }

    private mutating func copy(_ bytes: RawSpan) -> Int {
        let start = used
        reserve(bytes.byteCount)
        unsafe bytes.withUnsafeBytes { source in
            guard source.count > 0 else { return }
            unsafe UnsafeMutableRawBufferPointer(rebasing: arena[start...]).copyMemory(from: source)
        }
        used += bytes.byteCount
        return start
    }

    /// Safe to move: pointers are handed over in `bind`, and nothing is set while the statement runs.
    private mutating func reserve(_ count: Int) {
        let capacity = unsafe arena.count
        guard used + count > capacity else { return }
        let size = max(capacity * 2, used + count)
        let grown = UnsafeMutableRawBufferPointer.allocate(byteCount: size, alignment: 16)
        unsafe grown.copyMemory(from: UnsafeRawBufferPointer(rebasing: arena[..<used]))
        unsafe arena.deallocate()
        unsafe arena = grown
    }

    /// Forgets all values, and gives back what one large value took.
    mutating func clear() {
        used = 0
        unknown = nil
        for index in values.indices { values[index] = .null }
        guard unsafe arena.count > 1 << 16 else { return }
        unsafe arena.deallocate()
        unsafe arena = .allocate(byteCount: 256, alignment: 16)
    }

    /// Binds all values; they stay valid until the next `set` or `clear`.
    ///
    /// Returns SQLite's result code.
    func bind(to statement: OpaquePointer) -> Int32 {
        for (offset, value) in values.enumerated() {
            let rc = unsafe bind(value, to: statement, Int32(clamping: offset + 1))
            if rc != SQLITE_OK { return rc }
        }
        return SQLITE_OK
    }

    private func bind(_ value: Value, to statement: OpaquePointer, _ index: Int32) -> Int32 {
        // A zero-length value needs a pointer, or SQLite binds NULL: the arena is never empty.
        let base = unsafe UnsafeRawPointer(arena.baseAddress)
        switch value {
        case .null: return unsafe sqlite3_bind_null(statement, index)
        case .integer(let number): return unsafe sqlite3_bind_int64(statement, index, number)
        case .text(let at, let count):
            let start = unsafe base?.advanced(by: at).assumingMemoryBound(to: CChar.self)
            return unsafe sqlite3_bind_text64(statement, index, start, UInt64(count), nil, UInt8(SQLITE_UTF8))
        case .blob(let at, let count):
            return unsafe sqlite3_bind_blob64(statement, index, base?.advanced(by: at), UInt64(count), nil)
        }
    }
}
