/// The names of the old format in their usual spelling.
enum LegacyKeys {
    static let spec = [
        "Engine", "EngineSpec", "Verifier", "Publisher", "PublisherSpec", "Docker", "Language", "Wasm", "Resources",
        "Network", "Timeout", "inputs", "outputs", "Annotations", "NodeSelectors", "DoNotTrack", "Deal",
    ]
    /// What versions before 0.3.29 wrote beside the words, and what nobody reads.
    static let specFillers = ["EngineName", "VerifierName", "PublisherName"]
    static let docker = ["Image", "Entrypoint", "Parameters", "EnvironmentVariables", "WorkingDirectory"]
    static let wasm = ["EntryModule", "EntryPoint", "Parameters", "EnvironmentVariables", "ImportModules"]
    static let storage = ["StorageSource", "Name", "CID", "URL", "S3", "Repo", "SourcePath", "ReadWrite", "path"]
    static let storageFillers = ["StorageSourceName", "Metadata"]
    static let s3Input = ["Bucket", "Key", "Checksum", "VersionID", "Endpoint", "Region"]
    static let s3Publisher = ["Bucket", "Key", "Endpoint", "Region", "Compress"]
    static let resources = ["CPU", "Memory", "Disk", "GPU"]
    static let deal = ["Concurrency", "Confidence", "MinBids", "TargetingMode"]

    /// Names, folded, of whole jobs around a spec.
    static let wrappers = ["apiversion", "metadata", "spec", "job", "tasks"]

    /// What people write for it, folded, and how the old format says it: names of the v1 format, and of other objects.
    static let elsewhere = [
        "inputsources": "inputs", "resultpaths": "outputs", "source": "StorageSource", "target": "path",
        "alias": "Name", "timeouts": "Timeout", "totaltimeout": "Timeout", "executiontimeout": "Timeout",
        "count": "Deal.Concurrency", "concurrency": "Deal.Concurrency", "confidence": "Deal.Confidence",
        "constraints": "NodeSelectors, refused as well,", "env": environment, "environment": environment,
        "environmentvariables": environment, "image": "Docker.Image", "entrypoint": arguments,
        "parameters": arguments, "command": arguments, "cmd": arguments, "args": arguments, "arguments": arguments,
        "workingdirectory": "Docker.WorkingDirectory", "entrymodule": "Wasm.EntryModule",
        "cpu": "Resources.CPU", "memory": "Resources.Memory", "disk": "Resources.Disk", "gpu": "Resources.GPU",
        "domains": "Network.Domains", "encoding": "Compress", "checksumsha256": "Checksum",
        "filter": "only the Key", "partition": "only the Key",
    ]
    private static let environment = "EnvironmentVariables of Docker or Wasm"
    private static let arguments = "Entrypoint and Parameters of Docker or Wasm"
}
