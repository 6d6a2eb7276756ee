internal import JSON

extension TaskSpec {
    /// The task as Bacalhau reads it, with members always in the same order.
    func write(to writer: inout JSONWriter) {
        writer.object { task in
            task.member("Name", "main")
            task.member("Engine") { engine.write(to: &$0) }
            if let publisher { task.member("Publisher") { publisher.write(to: &$0) } }
            if !environment.isEmpty { task.member("Env", .object(environment)) }
            if !meta.isEmpty { task.member("Meta", .object(meta)) }
            if !inputs.isEmpty {
                task.member("InputSources") { $0.array { for input in inputs { input.write(to: &$0) } } }
            }
            if !results.isEmpty {
                task.member("ResultPaths") { $0.array { for path in results { path.write(to: &$0) } } }
            }
            task.member("Resources") { resources.write(to: &$0) }
            task.member("Network") { network.write(to: &$0) }
            task.member("Timeouts") { timeouts.write(to: &$0) }
        }
    }
}

extension SpecConfig {
    fileprivate func write(to writer: inout JSONWriter) {
        writer.object { config in
            config.member("Type", type)
            if !parameters.isEmpty { config.member("Params", .object(parameters)) }
        }
    }
}

extension InputSource {
    fileprivate func write(to writer: inout JSONWriter) {
        writer.object { input in
            input.member("Source") { source.write(to: &$0) }
            if !alias.isEmpty { input.member("Alias", alias) }
            input.member("Target", target)
        }
    }
}

extension ResultPath {
    fileprivate func write(to writer: inout JSONWriter) {
        writer.object { result in
            result.member("Name", name)
            result.member("Path", path)
        }
    }
}

extension Resources {
    fileprivate func write(to writer: inout JSONWriter) {
        writer.object { resources in
            for (key, amount) in [("CPU", cpu), ("Memory", memory), ("Disk", disk), ("GPU", gpu)] {
                if let amount { resources.member(key, amount.text) }
            }
        }
    }
}

extension Network {
    fileprivate func write(to writer: inout JSONWriter) {
        writer.object { network in
            network.member("Type", mode.rawValue)
            if !domains.isEmpty {
                network.member("Domains") { $0.array { for domain in domains { $0.string(domain) } } }
            }
        }
    }
}

extension Timeouts {
    fileprivate func write(to writer: inout JSONWriter) {
        writer.object { timeouts in
            if execution > 0 { timeouts.member("ExecutionTimeout", execution) }
            if queue > 0 { timeouts.member("QueueTimeout", queue) }
            if total > 0 { timeouts.member("TotalTimeout", total) }
        }
    }
}
