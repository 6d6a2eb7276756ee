/// Progress of long work on standard error.
///
/// On a terminal it is one line that is written over; elsewhere a line for each tenth, or a single one where nobody knows
/// how much there is.
struct Progress {
    private let isTerminal = Output.isTerminal(2) && ProcessEnvironment.variables["TERM"] != "dumb"
    private var lastTenth: Int?
    private var isOpen = false

    /// `fraction` of 0 to 1; nil where nobody knows how much there is.
    mutating func show(_ text: String, fraction: Double? = nil) {
        if isTerminal {
            let bar = fraction.map { Self.bar($0) + " " } ?? ""
            Output.put("\r\u{1b}[K\(bar)\(text)", to: 2)
            isOpen = true
            return
        }
        let tenth = fraction.map { Int(max(0, min(1, $0)) * 10) } ?? 0
        // The end is told by what comes next.
        guard tenth != lastTenth, tenth < 10 else { return }
        lastTenth = tenth
        Output.error(text)
    }

    /// Takes the line away: what comes next says how it ended.
    mutating func close() {
        if isOpen { Output.put("\r\u{1b}[K", to: 2) }
        isOpen = false
    }

    private static func bar(_ fraction: Double) -> String {
        let filled = Int(max(0, min(1, fraction)) * 24)
        return "[" + String(repeating: "#", count: filled) + String(repeating: ".", count: 24 - filled) + "]"
    }
}
