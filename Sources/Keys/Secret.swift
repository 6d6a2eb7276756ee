internal import COpenSSL
internal import Glibc

/// Bytes that must not outlive their use: locked in memory, left out of core dumps, wiped when let go.
///
/// A class, so that there is one copy however many hold it; its description shows nothing.
@safe
package final class Secret: Sendable, CustomStringConvertible, CustomReflectable {
    /// Written before `init` returns and wiped in `deinit`, when nobody else has it; only read in between.
    ///
    /// That is why any thread may use it.
    private nonisolated(unsafe) let storage: UnsafeMutableRawBufferPointer
    /// Bytes that were filled in, which may be fewer than were set aside.
    package let count: Int

    /// Sets `capacity` bytes aside; `fill` writes them and returns how many the secret has.
    package init<Failure: Error>(
        capacity: Int,
        fill: (inout MutableSpan<UInt8>) throws(Failure) -> Int
    ) throws(Failure) {
        let storage = unsafe Self.lockedPages(capacity)
        do throws(Failure) {
            let part = unsafe UnsafeMutableRawBufferPointer(rebasing: storage[..<max(capacity, 0)])
            var bytes = unsafe MutableSpan<UInt8>(_unsafeBytes: part)
            count = min(max(try fill(&bytes), 0), max(capacity, 0))
        } catch {
            unsafe Self.release(storage)
            throw error
        }
        unsafe self.storage = storage
    }

    /// A copy of bytes that are elsewhere already, such as in the environment.
    package convenience init(copying bytes: some Collection<UInt8>) {
        self.init(capacity: bytes.count) { span in
            var count = 0
            for byte in bytes where count < span.count {
                span[count] = byte
                count += 1
            }
            return count
        }
    }

    deinit { unsafe Self.release(storage) }

    /// Lends the bytes for the length of the call.
    package func withBytes<Value, Failure: Error>(
        _ body: (Span<UInt8>) throws(Failure) -> Value
    ) throws(Failure) -> Value {
        let bytes = unsafe Span<UInt8>(_unsafeBytes: UnsafeRawBufferPointer(rebasing: storage[..<count]))
        return try body(bytes)
    }

    package var description: String { "<secret>" }
    package var customMirror: Mirror { Mirror(self, children: []) }

    /// Whole pages, because locks go by pages and no other allocation may share one.
    ///
    /// Where the limit on locked memory is reached the pages are not locked: a secret in swap is worse than one in
    /// memory and better than a relayer that does not start.
    private static func lockedPages(_ capacity: Int) -> UnsafeMutableRawBufferPointer {
        let page = Int(getpagesize())
        let size = (max(capacity, 1) + page - 1) / page * page
        let storage = UnsafeMutableRawBufferPointer.allocate(byteCount: size, alignment: page)
        unsafe storage.initializeMemory(as: UInt8.self, repeating: 0)
        unsafe mlock(storage.baseAddress, storage.count)
        unsafe madvise(storage.baseAddress, storage.count, MADV_DONTDUMP)
        return unsafe storage
    }

    private static func release(_ storage: UnsafeMutableRawBufferPointer) {
        unsafe OPENSSL_cleanse(storage.baseAddress, storage.count)
        unsafe madvise(storage.baseAddress, storage.count, MADV_DODUMP)
        unsafe munlock(storage.baseAddress, storage.count)
        unsafe storage.deallocate()
    }
}
