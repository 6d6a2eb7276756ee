import Bacalhau
import Formats
import Settings

/// The modules that requests may name, each with its template read from a file.
struct ModuleSettings {
    /// As many as a relayer may offer.
    static let most = 256

    let name: ModuleName
    /// Nil where something is wrong with it.
    let template: ModuleTemplate?

    static func catalogue(_ section: Section, limits: SpecLimits) -> ModuleCatalogue {
        var names: Set<ModuleName> = []
        let modules = section.list(
            "modules",
            0...most,
            "The modules that requests of the form name:version {\"input\":\"value\"} may name. A module's template is one "
                + "task as JSON, in whose texts {{input}} stands for what a request gives; nothing else can differ from one "
                + "request to the next. Beware of placeholders in a shell's command line: requesters could write commands."
        ) { section in
            let before = section.problemCount
            let module = ModuleSettings(section, limits: limits)
            if !names.insert(module.name).inserted, section.problemCount == before {
                section.refuse("name", "\(module.name) is listed twice: remove one of them")
            }
            return module
        }
        return ModuleCatalogue(modules.compactMap(\.template))
    }

    private init(_ section: Section, limits: SpecLimits) {
        let before = section.problemCount
        let name: ModuleName = section.value(
            "name",
            .moduleName,
            "What requests call it by, letter by letter. Without a version here, requests name none either."
        )
        let path = section.path("template", "The file with its task, of 256KiB at most.")
        var places: [Section] = []
        let parameters = section.list(
            "parameters",
            0...ModuleTemplate.parameterLimit,
            "The inputs that it takes; others are refused. The template must use each."
        ) { section in
            places.append(section)
            return Self.parameter(section)
        }
        self.name = name
        // Nothing to put together where a part has been refused, or where only the keys are asked for.
        guard section.has("template"), section.problemCount == before else {
            template = nil
            return
        }
        template = Self.text(of: path, section).flatMap { text in
            do throws(ModuleTemplate.Flaw) {
                let parameters = parameters.compactMap(\.self)
                return try ModuleTemplate(name: name, parameters: parameters, text: text, limits: limits)
            } catch {
                if let index = error.parameter {
                    places[index].refuse("name", error.message)
                } else {
                    section.refuse("template", "\(path): \(error.message)")
                }
                return nil
            }
        }
    }

    private static func text(of path: String, _ section: Section) -> [UInt8]? {
        do {
            return try SettingsFile.bytes(of: path, limit: ModuleTemplate.textLimit)
        } catch {
            section.refuse("template", "\(path): \(error.list.map(\.message).joined(separator: "; "))")
            return nil
        }
    }

    private static func parameter(_ section: Section) -> ModuleParameter? {
        let before = section.problemCount
        let name = section.value("name", .inputName, "What requests call it by, and the template's placeholder.")
        let kind = section.value(
            "type",
            .choice(standIn: .text),
            default: ModuleParameter.Kind.text,
            "What its values are. All stand in the template as text."
        )
        let rules = rules(section)
        guard section.has("name"), section.problemCount == before else { return nil }
        do {
            return try ModuleParameter(name, kind, rules)
        } catch {
            section.refuse(error.key.rawValue, error.message)
            return nil
        }
    }

    private static func rules(_ section: Section) -> ModuleParameter.Rules {
        var rules = ModuleParameter.Rules()
        rules.fallback = section.optional(
            "default",
            .anyValue,
            "What counts where a request does not say; without it each request has to."
        )
        rules.sample = section.optional(
            "sample",
            .anyValue,
            "A value to try the template with when the settings are read, such as a CID where one is needed; without it the "
                + "default, or one that is made up."
        )
        rules.maxLength = section.optional(
            "maxLength",
            .whole(1...ModuleParameter.longest),
            "Bytes of a text at most; without it \(ModuleParameter.defaultLength)."
        )
        rules.newlines = section.value(
            "newlines",
            .flag,
            default: false,
            "Whether a text may have line feeds, carriage returns and tabs. Other control characters are always refused."
        )
        rules.minimum = section.optional("min", .decimal, "The least value of a number or an integer.")
        rules.maximum = section.optional("max", .decimal, "The greatest value of a number or an integer.")
        rules.choices = section.list("oneOf", 0...64, .anyValue, "The only values there are.")
        return rules
    }
}
