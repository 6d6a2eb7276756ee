import CLinux
import Glibc

/// An `eventfd(2)`: ends another thread's wait in `poll(2)` or `curl_multi_poll(3)`.
final class WakeEvent: Sendable {
    let descriptor: Int32

    init() throws(ResourceError) {
        descriptor = eventfd(0, Int32(EFD_CLOEXEC | EFD_NONBLOCK))
        guard descriptor >= 0 else { throw ResourceError("eventfd", code: errno) }
    }

    deinit {
        Glibc.close(descriptor)
    }

    /// Ends the wait that is going on, or the next one.
    func signal() {
        eventfd_write(descriptor, 1)
    }

    /// Forgets the signals so far, so that the next wait waits.
    func clear() {
        var count: eventfd_t = 0
        unsafe eventfd_read(descriptor, &count)
    }
}
