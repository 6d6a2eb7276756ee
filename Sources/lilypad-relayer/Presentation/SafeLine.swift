import Bacalhau

extension String {
    /// As one line for a terminal: strangers' text holds no control characters when it is shown.
    func shown(limit: Int = 200) -> String { SafeText.line(self, limit: limit) }
}
