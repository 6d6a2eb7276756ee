import JSON
import Transport

/// A call and its answer in one line for people.
enum TraceWords {
    static func call(_ request: HTTPRequest) -> String {
        guard let body = request.body, let message = try? JSONValue.parse(body) else { return "?" }
        return (message.array ?? [message]).map(call).joined(separator: " + ")
    }

    private static func call(_ message: JSONValue) -> String {
        let method = message["method"]?.string?.drop { $0 != "_" }.dropFirst() ?? "?"
        let words = (message["params"]?.array ?? []).compactMap { parameter -> String? in
            if let text = parameter.string { return number(text) }
            guard parameter.object != nil else { return nil }
            if let hash = parameter["blockHash"]?.string { return "in \(short(hash))" }
            guard let from = parameter["fromBlock"]?.string, let to = parameter["toBlock"]?.string else { return nil }
            return "\(number(from))...\(number(to))"
        }
        return "\(method) \(words.joined(separator: " "))"
    }

    static func answer(_ outcome: Result<HTTPResponse, HTTPError>) -> String {
        switch outcome {
        case .failure(let error): return "\(error)"
        case .success(let response):
            let status = response.status == 200 ? "" : "\(response.status) "
            guard let message = try? JSONValue.parse(response.body) else {
                return "\(status)no JSON: \(String(decoding: response.body.prefix(40), as: UTF8.self))"
            }
            return status + (message.array ?? [message]).map(answer).joined(separator: " + ")
        }
    }

    private static func answer(_ message: JSONValue) -> String {
        if let error = message["error"] { return "error \(error["message"]?.string ?? "?")" }
        guard let result = message["result"] else { return "nothing" }
        if let logs = result.array { return "logs [\(logs.map(log).joined(separator: ", "))]" }
        if let hash = result["hash"]?.string {
            return
                "block \(number(result["number"]?.string ?? "?")) \(short(hash)) on \(short(result["parentHash"]?.string ?? "?"))"
        }
        return String(decoding: JSONWriter.bytes(of: result).prefix(80), as: UTF8.self)
    }

    private static func log(_ log: JSONValue) -> String {
        let job = log["topics"]?.array?.dropFirst().first?.string.map {
            number("0x" + $0.dropFirst(2).drop { $0 == "0" })
        }
        let place = "\(number(log["blockNumber"]?.string ?? "?")) \(short(log["blockHash"]?.string ?? "?"))"
        return "job \(job ?? "?") in \(place)\(log["removed"]?.bool == true ? " removed" : "")"
    }

    private static func number(_ text: String) -> String {
        guard text.hasPrefix("0x"), text.utf8.count < 18 else { return short(text) }
        return UInt64(text.dropFirst(2), radix: 16).map { "\($0)" } ?? text
    }

    private static func short(_ hash: String) -> String {
        hash.hasPrefix("0x") ? String(hash.dropFirst(2).prefix(6)) : hash
    }
}
