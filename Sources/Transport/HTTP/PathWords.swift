/// What stands in the paths of nodes and orchestrators and is no key: versions, protocols, networks.
///
/// Whatever has fewer than three letters is none either, as `v1`.
enum PathWords {
    /// As `arbitrum-one-sepolia`; many short words in a row are no name.
    static let longestSegment = 24
    static let harmless: Set<String> = [
        "api", "rpc", "jsonrpc", "json", "http", "https", "wss", "websocket", "ext",
        "node", "nodes", "eth", "evm", "ethereum", "main", "mainnet", "test", "testnet", "public", "archive", "full",
        "sepolia", "holesky", "hoodi", "goerli", "base", "optimism", "opt", "arbitrum", "arb", "nova", "one", "polygon",
        "matic", "amoy", "mumbai", "zkevm", "mantle", "linea", "scroll", "zksync", "era", "blast", "gnosis", "chiado",
        "filecoin", "fil", "calibration", "calibnet", "avalanche", "avax", "fuji", "bsc", "bnb", "celo", "fantom",
        "orchestrator", "bacalhau",
    ]
}
