internal import CLinux
internal import Glibc

/// Runs `body` on a detached thread of its own; it keeps alive what it captures.
///
/// The name is cut at 15 bytes.
func startThread(named name: String, _ body: @escaping @Sendable () -> Void) throws(SQLiteError) {
    final class Box {
        let body: () -> Void
        init(_ body: @escaping () -> Void) { self.body = body }
    }
    let box = Box {
        _ = unsafe name.withCString { unsafe clinux_name_this_thread($0) }
        body()
    }
    var thread = pthread_t()
    let argument = unsafe Unmanaged.passRetained(box).toOpaque()
    let rc = unsafe pthread_create(
        &thread,
        nil,
        { pointer in
            if let pointer = unsafe pointer { unsafe Unmanaged<Box>.fromOpaque(pointer).takeRetainedValue().body() }
            return nil
        },
        argument
    )
    guard rc == 0 else {
        unsafe Unmanaged<Box>.fromOpaque(argument).release()
        throw SQLiteError(.other, "cannot start the thread \(name): \(systemError(rc))")
    }
    pthread_detach(thread)
}
