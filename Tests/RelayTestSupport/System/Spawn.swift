import Glibc
import Synchronization

/// What `posix_spawn` needs to know, as a value.
struct Spawn: Sendable {
    /// The program's path first.
    let arguments: [String]
    /// Added to this process' own.
    let environment: [String: String]
    /// What becomes the child's descriptors 0, 1, 2; all others must be close-on-exec.
    let descriptors: [Int32]

    func run() throws(SystemError) -> pid_t {
        var actions = unsafe posix_spawn_file_actions_t()
        unsafe posix_spawn_file_actions_init(&actions)
        defer { unsafe posix_spawn_file_actions_destroy(&actions) }
        for (target, descriptor) in descriptors.enumerated() {
            unsafe posix_spawn_file_actions_adddup2(&actions, descriptor, Int32(target))
        }

        var attributes = posix_spawnattr_t()
        unsafe posix_spawnattr_init(&attributes)
        defer { unsafe posix_spawnattr_destroy(&attributes) }
        resetSignals(&attributes)

        var id: pid_t = 0
        let code = unsafe withCStrings(arguments) { argv in
            unsafe withCStrings(fullEnvironment) { envp in
                spawning.withLock { _ in unsafe posix_spawn(&id, arguments[0], &actions, &attributes, argv, envp) }
            }
        }
        guard code == 0 else { throw SystemError("posix_spawn \(arguments[0])", code: code) }
        return id
    }

    /// The child starts with no signal blocked or ignored, whatever this process does.
    private func resetSignals(_ attributes: inout posix_spawnattr_t) {
        var none = sigset_t()
        unsafe sigemptyset(&none)
        unsafe posix_spawnattr_setsigmask(&attributes, &none)
        var pipe = sigset_t()
        unsafe sigemptyset(&pipe)
        unsafe sigaddset(&pipe, SIGPIPE)
        unsafe posix_spawnattr_setsigdefault(&attributes, &pipe)
        unsafe posix_spawnattr_setflags(&attributes, Int16(POSIX_SPAWN_SETSIGMASK | POSIX_SPAWN_SETSIGDEF))
    }

    private var fullEnvironment: [String] {
        var own: [String] = []
        var entry = unsafe environ
        while let text = unsafe entry.pointee {
            own.append(unsafe String(cString: text))
            unsafe entry += 1
        }
        own.removeAll { line in environment.keys.contains { line.hasPrefix("\($0)=") } }
        return own + environment.map { "\($0.key)=\($0.value)" }
    }
}

/// Lends the texts as the null-terminated array of C strings that `exec` takes.
private func withCStrings<Result>(
    _ texts: [String],
    body: (UnsafeMutablePointer<UnsafeMutablePointer<CChar>?>) -> Result
) -> Result {
    var pointers = unsafe texts.map { unsafe strdup($0) } + [nil]
    defer { for index in unsafe pointers.indices { unsafe free(pointers[index]) } }
    return unsafe pointers.withUnsafeMutableBufferPointer { buffer in
        guard let base = buffer.baseAddress else { preconditionFailure("the array ends with nil, so it is not empty") }
        return unsafe body(base)
    }
}
