// CCurl only because the compiler attributes `pthread_attr_t` to the first C module that includes it.
import CCurl
import CLinux
import Glibc

/// Runs `body` on a new detached thread that `ps -L` and `perf` show by name (Linux keeps the first 15 bytes).
///
/// C event loops get a thread of their own: blocking one of Swift's shared threads would starve every task.
func startThread(named name: String, body: @escaping @Sendable () -> Void) throws(ResourceError) {
    var attributes = pthread_attr_t()
    unsafe pthread_attr_init(&attributes)
    defer { unsafe pthread_attr_destroy(&attributes) }
    unsafe pthread_attr_setdetachstate(&attributes, Int32(PTHREAD_CREATE_DETACHED))

    // The new thread takes over this reference.
    let start = unsafe Unmanaged.passRetained(ThreadStart(name: name, body: body))
    var thread = pthread_t()
    let status = unsafe pthread_create(
        &thread,
        &attributes,
        { argument in
            guard let argument = unsafe argument else { return nil }
            let start = unsafe Unmanaged<ThreadStart>.fromOpaque(argument).takeRetainedValue()
            unsafe clinux_name_this_thread(start.name)
            start.body()
            return nil
        },
        start.toOpaque()
    )
    guard status == 0 else {
        unsafe start.release()
        throw ResourceError("pthread_create", code: status)
    }
}

/// What a thread needs to begin.
private final class ThreadStart: Sendable {
    let name: String
    let body: @Sendable () -> Void

    init(name: String, body: @escaping @Sendable () -> Void) {
        self.name = name
        self.body = body
    }
}
