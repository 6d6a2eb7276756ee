import Settings
import Testing

@Suite struct SettingsFileTests {
    private func problem(_ path: String) -> String {
        do throws(Problems) {
            _ = try SettingsFile.bytes(of: path)
            return ""
        } catch {
            return error.description
        }
    }

    @Test func readsAFile() throws {
        #expect(try SettingsFile.bytes(of: #filePath).starts(with: Array("import Settings".utf8)))
    }

    @Test func namesWhatIsNoFile() {
        #expect(problem("/nowhere/a.yaml") == "/nowhere/a.yaml:1:1: cannot read it: No such file or directory")
        #expect(problem("/tmp") == "/tmp:1:1: this is not a regular file")
        #expect(problem("/dev/zero") == "/dev/zero:1:1: this is not a regular file")
    }
}
