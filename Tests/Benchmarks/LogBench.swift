import Ethereum
import EthereumRPC
import Glibc
import Relay
import RelayCore
import RelayStore
import RelayTestSupport
import Transport

/// Logs from a canned node, through the real client, decoder and store.
struct LogBench {
    private let client: EthereumClient
    private let contract: Address
    private let rows: UInt64
    private let window: UInt64
    private let first: UInt64

    struct BadArguments: Error {}

    init(_ arguments: [String]) throws {
        guard arguments.count >= 3, let contract = Address(hex: arguments[2]) else { throw BadArguments() }
        client = EthereumClient(transport: try CurlTransport(), endpoint: EthereumEndpoint(arguments[1]))
        self.contract = contract
        rows = arguments.count > 3 ? UInt64(arguments[3]) ?? 10_000 : 10_000
        window = arguments.count > 4 ? max(1, UInt64(arguments[4]) ?? rows) : rows
        first = arguments.count > 5 ? UInt64(arguments[5]) ?? 0 : 0
    }

    /// From the call to values of the request's fields: the best of five.
    func decode() async throws {
        // In hand, as the relayer has it.
        let binding = ContractBinding.reference
        var best = Double.infinity
        var count = 0
        for _ in 0..<5 {
            let took = try await RelayerBench.seconds {
                let filter = LogFilter(addresses: [contract], topics: [], from: 0, to: 9_999)
                count = try await client.logs(filter).logs.count { log in
                    if case .request = binding.decode(log) { true } else { false }
                }
            }
            best = min(best, took)
        }
        RelayerBench.report("decoded", Double(count))
        RelayerBench.report("decode_s", best)
    }

    /// The logs of so many blocks into a fresh database, a window of blocks at a time, each with its cursor.
    func ingest() async throws {
        let directory = try TemporaryDirectory()
        let store = try RelayStore(path: directory.file("bench.sqlite"))
        let cursors = try await store.register([(address: contract, startBlock: first)])
        let reader = LogReader(binding: .reference)
        var found = 0
        let took = try await RelayerBench.seconds {
            for start in stride(from: first, to: first + rows, by: Int(window)) {
                let last = min(start + window, first + rows) - 1
                let range = start...last
                let reading = try await reader.read(range, of: [contract], withHeaderAt: nil, at: client)
                try reader.check(reading, range, of: [contract]) { _ in nil }
                var batch = reader.batch(reading.logs)
                batch.cursors = cursors.map { cursor in
                    ContractCursor(contractID: cursor.contractID, address: contract, nextBlock: last + 1)
                }
                found += try await store.ingest(batch, at: Timestamp(milliseconds: 0)).found
            }
        }
        await store.close()
        RelayerBench.report("ingested", Double(found))
        RelayerBench.report("ingest_s", took)
        RelayerBench.report("cpu_s", Self.cpuSeconds())
        RelayerBench.report("rss_mb", Self.residentMegabytes())
    }

    /// Of this process since its start.
    private static func cpuSeconds() -> Double {
        var used = rusage()
        unsafe getrusage(__rusage_who_t(RUSAGE_SELF.rawValue), &used)
        let micro = used.ru_utime.tv_usec + used.ru_stime.tv_usec
        return Double(used.ru_utime.tv_sec + used.ru_stime.tv_sec) + Double(micro) / 1e6
    }

    /// Of this process, as the kernel says.
    static func residentMegabytes() -> Double {
        guard let file = unsafe fopen("/proc/self/statm", "r") else { return 0 }
        defer { unsafe fclose(file) }
        var bytes = [CChar](repeating: 0, count: 128)
        guard unsafe fgets(&bytes, 128, file) != nil else { return 0 }
        let text = String(decoding: bytes.prefix { $0 != 0 }.map { UInt8(bitPattern: $0) }, as: UTF8.self)
        let pages = text.split(separator: " ").dropFirst().first.flatMap { Double($0) } ?? 0
        return pages * Double(getpagesize()) / 1_048_576
    }
}
