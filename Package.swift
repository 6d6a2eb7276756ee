// swift-tools-version: 6.2
import PackageDescription

/// The settings of every Swift target: language mode 6 and the strict extras.
let strict: [SwiftSetting] = [
    .swiftLanguageMode(.v6),
    .enableUpcomingFeature("ExistentialAny"),
    .enableUpcomingFeature("InternalImportsByDefault"),
    .enableUpcomingFeature("MemberImportVisibility"),
    .enableUpcomingFeature("NonisolatedNonsendingByDefault"),
    .enableUpcomingFeature("InferIsolatedConformances"),
    .enableUpcomingFeature("ImmutableWeakCaptures"),
    .enableExperimentalFeature("Lifetimes"),
    .strictMemorySafety(),
]
/// Warnings stop CI, not somebody who is in the middle of an edit.
let settings = strict + (Context.environment["CI"] == nil ? [] : [.treatAllWarnings(as: .error)])

let package = Package(
    name: "lilypad-relayer",
    products: [.executable(name: "lilypad-relayer", targets: ["lilypad-relayer"])],
    targets: [
        // C libraries, from Debian.
        .systemLibrary(name: "CCurl", pkgConfig: "libcurl", providers: [.apt(["libcurl4-openssl-dev"])]),
        .systemLibrary(name: "CLinux"),
        .systemLibrary(name: "COpenSSL", pkgConfig: "libcrypto", providers: [.apt(["libssl-dev"])]),
        .systemLibrary(name: "CSecp256k1", pkgConfig: "libsecp256k1", providers: [.apt(["libsecp256k1-dev"])]),
        .systemLibrary(name: "CSQLite", pkgConfig: "sqlite3", providers: [.apt(["libsqlite3-dev"])]),
        .systemLibrary(name: "CYaml", pkgConfig: "yaml-0.1", providers: [.apt(["libyaml-dev"])]),

        // Pure: no I/O, no clock, no logger, no Foundation.
        .target(name: "JSON"),
        .target(name: "Formats"),
        .target(name: "Ethereum", dependencies: ["CSecp256k1"]),
        .target(name: "Bacalhau", dependencies: ["JSON", "Formats"]),
        .target(name: "RelayCore", dependencies: ["Ethereum", "Bacalhau", "JSON", "Formats"]),
        .target(name: "Arguments", dependencies: ["Formats"]),

        // What acts.
        .target(name: "Transport", dependencies: ["CCurl", "CLinux", "COpenSSL"]),
        .target(name: "EthereumRPC", dependencies: ["Transport", "Ethereum", "JSON"]),
        .target(name: "BacalhauAPI", dependencies: ["Transport", "Bacalhau", "JSON", "COpenSSL"]),
        .target(name: "SQLite", dependencies: ["CSQLite", "CLinux"]),
        .target(name: "Settings", dependencies: ["CYaml", "JSON", "Formats"]),
        .target(name: "Keys", dependencies: ["COpenSSL", "Ethereum", "JSON"]),
        .target(name: "Telemetry"),
        .target(
            name: "RelayerConfiguration",
            dependencies: ["Settings", "Formats", "Ethereum", "Bacalhau", "RelayCore", "Telemetry", "JSON"]
        ),
        .target(name: "RelayStore", dependencies: ["SQLite", "RelayCore", "Ethereum", "Bacalhau", "JSON"]),
        .target(
            name: "Relay",
            dependencies: [
                "Transport", "EthereumRPC", "BacalhauAPI", "RelayStore", "RelayCore", "Telemetry", "Keys", "Ethereum",
                "Bacalhau", "JSON", "SQLite",
            ]
        ),
        .executableTarget(
            name: "lilypad-relayer",
            dependencies: [
                "Relay", "RelayStore", "RelayCore", "RelayerConfiguration", "Settings", "Formats", "Keys", "Arguments",
                "Telemetry", "Transport",
                "EthereumRPC", "BacalhauAPI", "Ethereum", "Bacalhau", "JSON", "SQLite", "CLinux",
            ]
        ),

        // Tests: one target a module, support that has tests of its own, end to end.
        .target(
            name: "RelayTestSupport",
            dependencies: ["Transport", "BacalhauAPI", "Ethereum", "Bacalhau", "JSON", "RelayCore", "Keys"],
            path: "Tests/RelayTestSupport"
        ),
        .testTarget(
            name: "RelayTestSupportTests",
            dependencies: ["RelayTestSupport", "Transport", "Ethereum", "Bacalhau", "JSON"]
        ),
        .testTarget(name: "JSONTests", dependencies: ["JSON", "RelayTestSupport"]),
        .testTarget(
            name: "EthereumTests",
            dependencies: ["Ethereum", "JSON", "RelayTestSupport"],
            exclude: ["Vectors"]
        ),
        .testTarget(
            name: "BacalhauTests",
            dependencies: ["Bacalhau", "BacalhauAPI", "JSON", "RelayTestSupport"]
        ),
        .testTarget(
            name: "RelayCoreTests",
            dependencies: ["RelayCore", "Ethereum", "Bacalhau", "JSON", "RelayTestSupport"],
            exclude: ["Vectors"]
        ),
        .testTarget(name: "FormatsTests", dependencies: ["Formats"]),
        .testTarget(name: "ArgumentsTests", dependencies: ["Arguments", "Formats", "RelayTestSupport"]),
        .testTarget(name: "TransportTests", dependencies: ["Transport", "RelayTestSupport"], exclude: ["Servers"]),
        .testTarget(
            name: "EthereumRPCTests",
            dependencies: ["EthereumRPC", "Transport", "Ethereum", "JSON", "RelayTestSupport"],
            exclude: ["Fixtures"]
        ),
        .testTarget(
            name: "BacalhauAPITests",
            dependencies: ["BacalhauAPI", "Transport", "Bacalhau", "JSON", "RelayTestSupport"],
            exclude: ["Fixtures"]
        ),
        .testTarget(name: "SQLiteTests", dependencies: ["SQLite", "RelayTestSupport"]),
        .testTarget(name: "SettingsTests", dependencies: ["Settings", "Formats", "JSON", "RelayTestSupport"]),
        .testTarget(
            name: "KeysTests",
            dependencies: ["Keys", "Ethereum", "RelayTestSupport"],
            exclude: ["Vectors"]
        ),
        .testTarget(
            name: "RelayerConfigurationTests",
            dependencies: [
                "RelayerConfiguration", "Settings", "Formats", "Ethereum", "Bacalhau", "RelayCore", "Telemetry", "JSON",
                "RelayTestSupport",
            ]
        ),
        .testTarget(name: "TelemetryTests", dependencies: ["Telemetry", "JSON", "RelayTestSupport"]),
        .testTarget(
            name: "RelayStoreTests",
            dependencies: ["RelayStore", "SQLite", "RelayCore", "Ethereum", "Bacalhau", "JSON", "RelayTestSupport"]
        ),
        .testTarget(
            name: "RelayTests",
            dependencies: [
                "Relay", "RelayStore", "RelayCore", "EthereumRPC", "BacalhauAPI", "Transport", "Telemetry", "Keys",
                "Ethereum", "Bacalhau", "JSON", "SQLite", "RelayTestSupport",
            ],
            exclude: ["Following/README.md"]
        ),
        // The chain simulation: what it draws from a seed, plays and checks; tests and `make simulate` run it.
        .target(
            name: "RelaySimulation",
            dependencies: [
                "Relay", "RelayStore", "RelayCore", "EthereumRPC", "BacalhauAPI", "Transport", "Telemetry", "Ethereum",
                "JSON", "SQLite", "RelayTestSupport",
            ],
            path: "Tests/RelaySimulation"
        ),
        .executableTarget(name: "relayer-simulate", dependencies: ["RelaySimulation"], path: "Tests/Simulator"),
        .testTarget(name: "RelaySimulationTests", dependencies: ["RelaySimulation", "RelayTestSupport"]),
        // Generated cases for everything that reads strangers' bytes; `make fuzz` plays more of them than tests do.
        .executableTarget(name: "relayer-fuzz", dependencies: ["RelayTestSupport"], path: "Tests/Fuzzer"),
        // What `make bench` measures inside a process.
        .executableTarget(
            name: "relayer-bench",
            dependencies: [
                "Relay", "RelayStore", "RelayCore", "EthereumRPC", "BacalhauAPI", "Transport", "Telemetry", "Ethereum",
                "Bacalhau", "JSON", "SQLite", "RelayTestSupport",
            ],
            path: "Tests/Benchmarks",
            // C programs that are measured against, which bench_catch_up.py builds.
            exclude: ["canned", "floor"]
        ),
        // Runs the program that the executable target makes, so it is built with the tests.
        .testTarget(
            name: "EndToEndTests",
            dependencies: [
                "lilypad-relayer", "Transport", "EthereumRPC", "Ethereum", "JSON", "Keys", "RelayCore",
                "RelayTestSupport",
            ]
        ),
    ]
)

for target in package.targets where target.type != .system {
    target.swiftSettings = settings
}
