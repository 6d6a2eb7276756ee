import Glibc

/// How long parsers are fuzzed: a tenth of the whole by default, all of it with `LILYPAD_FUZZ=1` in the environment.
package enum FuzzRounds {
    package static func count(_ whole: Int) -> Int {
        unsafe getenv("LILYPAD_FUZZ") == nil ? max(1, whole / 10) : whole
    }
}
