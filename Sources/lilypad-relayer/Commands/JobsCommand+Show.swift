import Arguments
import Formats
import JSON
import RelayCore
import RelayStore
import RelayerConfiguration

/// How `jobs show` shows a request, where it is not as JSON.
enum ShownForm: Sendable, Equatable {
    case people
    /// The spec as it was asked.
    case spec
    /// The body of its latest try.
    case sent
    /// A file for a report; `-` is standard output.
    case bundle(String)

    init(_ arguments: Invocation) {
        let spec = arguments.flag("spec", "Only its spec, byte for byte as it was asked.")
        let sent = arguments.flag("sent", "Only the body that the orchestrator was sent for its latest try.")
        let bundle = arguments.optional(
            "bundle",
            "FILE",
            .path,
            "Write a new file (- is standard output) with all of it, the settings and the relayer's last report, without"
                + " keys: for a report of what went wrong."
        )
        switch (spec, sent, bundle) {
        case (false, false, nil): self = .people
        case (true, false, nil): self = .spec
        case (false, true, nil): self = .sent
        case (false, false, let file?): self = .bundle(file)
        default:
            self = .people
            arguments.refuse("--spec, --sent and --bundle exclude each other")
        }
    }
}

extension JobsCommand {
    func show(_ id: String, _ form: ShownForm, _ wiring: Wiring, _ view: StoreView, at now: Timestamp) throws {
        let listed = try find(id, in: view)
        guard let dossier = try view.dossier(listed.request.id) else { throw CommandFailure("\(id) is gone") }
        switch form {
        case .people:
            if json { return Output.line(dossier.json(at: now).line) }
            let names = Set(dossier.jobs.compactMap(\.orchestrator))
            let areSeveral = wiring.settings.bacalhau.orchestrators.count > 1 || names.count > 1
            Output.write(dossier.text(at: now, areSeveral: areSeveral))
        case .spec: Output.put(listed.request.observed.spec, to: 1)
        case .sent:
            guard let job = dossier.jobs.last else {
                throw CommandFailure("nothing was sent for \(listed.shortHash): it has had no job")
            }
            Output.put(job.body, to: 1)
        case .bundle(let file):
            let bundle = RequestBundle(
                dossier: dossier,
                overview: try view.overview(),
                wiring: wiring,
                configuration: configuration,
                now: now
            )
            try write(try bundle.text(), to: file)
        }
    }

    private func write(_ text: String, to file: String) throws {
        guard file != "-" else { return Output.write(text) }
        if PrivateFile.exists(file) { throw CommandFailure("\(file) exists: name another file by --bundle", .usage) }
        try PrivateFile.write(Array(text.utf8), to: file, replacing: false)
        Output.error("wrote \(file): it has no keys in it, but read it before you give it away")
    }
}
