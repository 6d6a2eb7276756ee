import Ethereum
import JSON

extension LogBatch {
    /// Reads an array of logs.
    ///
    /// Broken JSON throws: the whole answer is in doubt and has to be asked for again. A log of the wrong form goes to
    /// `malformed`, and its neighbours stay. One of a transaction that is not mined is left out: some nodes give them
    /// unasked.
    init(_ reader: inout JSONReader) throws(JSONError) {
        self.init()
        var arena = ByteArena(capacity: 4096)
        try reader.enterArray()
        while try reader.nextElement() {
            guard try reader.peek() == UInt8(ascii: "{") else {
                let start = reader.offset
                try reader.skip()
                keep("a log is no object", nil, reader.passed(since: start))
                continue
            }
            let start = reader.offset
            var draft = LogDraft()
            try draft.read(&reader, &arena)
            if draft.isPending { continue }
            if let log = draft.log {
                logs.append(log)
            } else {
                keep(draft.reason, draft, reader.passed(since: start))
            }
        }
    }

    private mutating func keep(_ reason: String, _ draft: LogDraft?, _ text: [UInt8]) {
        malformed.append(
            MalformedLog(reason: reason, blockNumber: draft?.blockNumber, logIndex: draft?.logIndex, text: text)
        )
    }
}
