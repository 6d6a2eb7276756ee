package import Bacalhau

/// What the text of a request asks for, whatever the format that its contract writes specs in.
package struct SpecReading: Equatable, Sendable {
    package let task: TaskSpec
    /// The name by which the text asked for a module of the settings.
    package let module: String?

    package init(task: TaskSpec, module: String? = nil) {
        self.task = task
        self.module = module
    }

    /// Whether this program can read the format; the one place that says so, beside the one that reads it.
    package static func isBuiltIn(_ format: SpecFormat) -> Bool {
        switch format {
        case .task, .legacy: true
        case .module: false
        }
    }

    package static func read(
        _ text: [UInt8],
        as format: SpecFormat,
        limits: SpecLimits
    ) throws(SpecRefusal) -> SpecReading {
        switch format {
        case .task: return SpecReading(task: try TaskSpec.read(text, limits: limits))
        case .legacy: return SpecReading(task: try TaskSpec.readLegacy(text, limits: limits))
        case .module:
            throw SpecRefusal(
                .badValue,
                "spec: specs of the format \(format.rawValue) cannot be read: it is not built in"
            )
        }
    }
}
