/// Which images may be run.
///
/// `ubuntu:24.04` is that tag alone and `ubuntu@sha256:…` that content alone; `ubuntu:*` is every tag, `ubuntu@*` every
/// digest, and `registry.example/team/*` every image below that path.
package struct ImagePattern: Hashable, Sendable {
    enum Images: Hashable, Sendable {
        case exactly(ImageReference)
        /// A repository, without digests: Docker passes over the tag where there is one.
        case tags(String)
        case digests(String)
        /// A registry with the beginning of a path, up to and with a slash.
        case below(String)
    }

    let images: Images
    /// As the operator wrote it.
    package let text: String

    package init(_ text: String) throws(PolicyMistake) {
        images = try Self.images(text)
        self.text = text
    }

    private static func images(_ text: String) throws(PolicyMistake) -> Images {
        guard text.last == "*" else {
            guard !text.contains("*") else { throw PolicyMistake("a * stands at the end only") }
            return .exactly(try ImageReference(text))
        }
        let prefix = text.dropLast()
        guard !prefix.contains("*") else { throw PolicyMistake("a * stands at the end only, and once") }
        let name = prefix.dropLast()
        // `team*` would be `team.example.org/…` as well.
        switch prefix.last {
        case "/": return .below(try folder(name) + "/")
        case ":": return .tags(try ImageReference.repository(name))
        case "@": return .digests(try ImageReference.repository(name))
        default:
            throw PolicyMistake(
                "what is before the * must end in /, : or @, as in registry.example/team/*, ubuntu:* or ubuntu@*"
            )
        }
    }

    /// The registry and the path below which an image stands.
    private static func folder(_ name: Substring) throws(PolicyMistake) -> String {
        let first = name.prefix { $0 != "/" }
        // Some image below it makes a registry of a first part where it is one, and keeps Docker from filling in its own.
        let some = try ImageReference.repository(name + "/some/image")
        guard !first.isEmpty else { throw PolicyMistake("it begins with a slash") }
        return String(some.dropLast("/some/image".count))
    }

    /// Any pattern that is one.
    package static let example = ImagePattern(images: .tags("docker.io/library/ubuntu"), text: "ubuntu:*")

    private init(images: Images, text: String) {
        self.images = images
        self.text = text
    }

    func matches(_ image: ImageReference) -> Bool {
        switch images {
        case .exactly(let one): one == image
        case .tags(let repository): image.repository == repository && image.digest == nil
        case .digests(let repository): image.repository == repository && image.digest != nil
        case .below(let folder): image.repository.hasPrefix(folder)
        }
    }
}
