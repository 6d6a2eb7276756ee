import JSON

/// What comes back for a batch (JSON-RPC 2.0 §6).
enum BatchEnvelope {
    /// One for each request, in the order of the requests; `nil` where its result has been read.
    case answers([Refusal?])
    /// The node refuses the whole.
    case refused(Refusal)

    /// What servers that do not know batches may answer to one.
    static let singleAnswer = "a single answer to a batch"

    /// Reads the answers to the requests `ids`, which come in any order; `read` reads the result of the request at this
    /// place of `ids`.
    ///
    /// Throws unless there is exactly one answer to each.
    static func read(
        _ body: [UInt8],
        ids: [UInt64],
        _ read: (Int, inout JSONReader) throws -> Void
    ) throws -> BatchEnvelope {
        var reader = JSONReader(body.span)
        let envelope: BatchEnvelope
        if try reader.peek() == UInt8(ascii: "[") {
            envelope = try answers(&reader, ids, read)
        } else {
            envelope = .refused(try refusal(&reader, orElse: singleAnswer))
        }
        try reader.finish()
        return envelope
    }

    private static func answers(
        _ reader: inout JSONReader,
        _ ids: [UInt64],
        _ read: (Int, inout JSONReader) throws -> Void
    ) throws -> BatchEnvelope {
        var answers: [Refusal??] = Array(repeating: nil, count: ids.count)
        try reader.enterArray()
        while try reader.nextElement() {
            switch try AnswerID.next(in: reader) {
            case .number(let id):
                guard let place = ids.firstIndex(of: id) else {
                    throw AnswerFault("an answer in the batch is to another request")
                }
                guard answers[place] == nil else { throw AnswerFault("two answers to one request of the batch") }
                answers[place] = .some(try Envelope.read(&reader, id: id) { try read(place, &$0) }.refusal)
            case .null, nil:
                // It names no request, so it can only refuse all of them.
                let fault = "an answer in the batch to no request"
                let refusal = try refusal(&reader, orElse: fault)
                guard try !reader.nextElement() else { throw AnswerFault(fault) }
                return .refused(refusal)
            case .other: throw AnswerFault("an answer in the batch is to another request")
            }
        }
        let whole = answers.compactMap { $0 }
        guard whole.count == ids.count else { throw AnswerFault("\(whole.count) answers to \(ids.count) requests") }
        return .answers(whole)
    }

    private static func refusal(_ reader: inout JSONReader, orElse fault: String) throws -> Refusal {
        guard let refusal = try Envelope<Void>.readAny(&reader, { try $0.skip() }).refusal else {
            throw AnswerFault(fault)
        }
        return refusal
    }
}

extension Envelope {
    fileprivate var refusal: Refusal? {
        if case .error(let refusal) = self { refusal } else { nil }
    }
}
