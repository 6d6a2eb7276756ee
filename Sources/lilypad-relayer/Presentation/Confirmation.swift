/// A question to the person at the terminal before something that cannot be taken back.
enum Confirmation {
    /// Whether the answer is yes; no where nobody is there to be asked.
    static func ask(_ question: String) -> Bool {
        guard Output.isTerminal(0) else {
            Output.error("standard input is no terminal: use --yes to go on without asking")
            return false
        }
        Output.put("\(question) [y/N] ", to: 2)
        return ["y", "yes"].contains((readLine() ?? "").lowercased())
    }
}
