import Glibc
import RelayTestSupport
import Testing

struct TemporaryDirectoryTests {
    @Test func removesAllThatIsInItButFollowsNoLink() throws {
        let outside = try TemporaryDirectory()
        #expect(unsafe mkdir(outside.file("kept"), 0o700) == 0)
        let path: String
        do {
            let directory = try TemporaryDirectory()
            path = directory.path
            #expect(unsafe mkdir(directory.file("inner"), 0o700) == 0)
            #expect(unsafe symlink(outside.path, directory.file("link")) == 0)
            #expect(unsafe creat(directory.file("inner/file"), 0o600) >= 0)
        }

        #expect(unsafe access(path, F_OK) == -1)
        #expect(unsafe access(outside.file("kept"), F_OK) == 0)
    }
}
