internal import JSON
internal import Transport

/// What a gateway or an API answered to the question for a block.
struct BlockAnswer {
    enum Fault: Error {
        case refused(String)
        case failed(String)
    }

    private let response: HTTPResponse

    init(_ response: HTTPResponse) { self.response = response }

    /// The bytes that it gives; whether they are the block's is for its hash to say.
    func block() throws(Fault) -> [UInt8] {
        switch response.status {
        case 200: return response.body
        case 300..<400: throw redirected
        // Just published, it may not be found yet.
        case 404, 408, 425, 429, 500...: throw .failed(words)
        default: throw .refused(words)
        }
    }

    private var redirected: Fault {
        let place = response.header("Location").map { " to \($0)" } ?? ""
        return .refused(
            "it redirects\(place), which is not followed: name a gateway that answers under its own address, such as "
                + "http://127.0.0.1:8080 in place of http://localhost:8080"
        )
    }

    /// The error's own: plain text, or the message of the API's JSON.
    private var words: String {
        let start = response.body.prefix(4_096)
        let message = (try? JSONValue.parse(Array(start)))?["Message"]?.string
        return message ?? String(decoding: start, as: UTF8.self)
    }
}
