import CYaml

/// libyaml's events, with their places; the only file that calls libyaml.
@safe struct YAMLEvents: ~Copyable {
    enum Event: Equatable {
        case scalar(Scalar)
        case sequenceStart
        case sequenceEnd
        case mappingStart
        case mappingEnd
        case documentStart
        case documentEnd
        case streamEnd
        case other
    }

    private let parser: UnsafeMutablePointer<yaml_parser_t>
    /// libyaml reads from where the text is; so it is copied to where it stays.
    private let text: UnsafeMutableBufferPointer<UInt8>
    private let file: String

    init(_ bytes: [UInt8], file: String) throws(Problem) {
        self.file = file
        unsafe text = .allocate(capacity: bytes.count)
        _ = unsafe text.initialize(from: bytes)
        unsafe parser = .allocate(capacity: 1)
        unsafe parser.initialize(to: yaml_parser_t())
        guard unsafe yaml_parser_initialize(parser) == 1 else {
            // A parser that could not be made is all zero: deinit deletes nothing in it.
            throw Problem(place: .file(file, line: 1, column: 1), message: "out of memory")
        }
        unsafe yaml_parser_set_encoding(parser, YAML_UTF8_ENCODING)
        unsafe yaml_parser_set_input_string(parser, text.baseAddress, text.count)
    }

    deinit {
        unsafe yaml_parser_delete(parser)
        unsafe parser.deallocate()
        unsafe text.deallocate()
    }

    /// The next event and where it starts.
    ///
    /// Anchors, aliases and tags are refused here, where they still have a place: they let ten lines stand for a
    /// billion values, or a text for something else.
    mutating func next() throws(Problem) -> (Event, Place) {
        var event = unsafe yaml_event_t()
        guard unsafe yaml_parser_parse(parser, &event) == 1 else { throw syntaxProblem() }
        defer { unsafe yaml_event_delete(&event) }
        let place = unsafe self.place(event.start_mark)
        return (try unsafe Self.event(event, at: place), place)
    }

    private static func event(_ event: yaml_event_t, at place: Place) throws(Problem) -> Event {
        switch unsafe event.type {
        case YAML_SCALAR_EVENT:
            let scalar = unsafe event.data.scalar
            try refuse(anchor: unsafe scalar.anchor != nil, tag: unsafe scalar.tag != nil, at: place)
            let bytes = unsafe UnsafeBufferPointer(start: scalar.value, count: scalar.length)
            let isPlain = unsafe scalar.style == YAML_PLAIN_SCALAR_STYLE
            return unsafe .scalar(Scalar(text: String(decoding: bytes, as: UTF8.self), isPlain: isPlain))
        case YAML_SEQUENCE_START_EVENT:
            let start = unsafe event.data.sequence_start
            try refuse(anchor: unsafe start.anchor != nil, tag: unsafe start.tag != nil, at: place)
            return .sequenceStart
        case YAML_MAPPING_START_EVENT:
            let start = unsafe event.data.mapping_start
            try refuse(anchor: unsafe start.anchor != nil, tag: unsafe start.tag != nil, at: place)
            return .mappingStart
        case YAML_ALIAS_EVENT: throw Problem(place: place, message: "aliases (*) are not supported")
        case YAML_SEQUENCE_END_EVENT: return .sequenceEnd
        case YAML_MAPPING_END_EVENT: return .mappingEnd
        case YAML_DOCUMENT_START_EVENT: return .documentStart
        case YAML_DOCUMENT_END_EVENT: return .documentEnd
        case YAML_STREAM_END_EVENT: return .streamEnd
        default: return .other
        }
    }

    private static func refuse(anchor: Bool, tag: Bool, at place: Place) throws(Problem) {
        if anchor { throw Problem(place: place, message: "anchors (&) are not supported") }
        if tag { throw Problem(place: place, message: "tags (!) are not supported") }
    }

    private func place(_ mark: yaml_mark_t) -> Place { .file(file, line: mark.line + 1, column: mark.column + 1) }

    private func syntaxProblem() -> Problem {
        let reason = unsafe parser.pointee.problem.map { unsafe String(cString: $0) } ?? "out of memory"
        guard unsafe parser.pointee.error != YAML_READER_ERROR else {
            return Problem(place: unsafe place(ofByte: parser.pointee.problem_offset), message: reason)
        }
        let context = unsafe parser.pointee.context.map { unsafe " " + String(cString: $0) } ?? ""
        return Problem(place: unsafe place(parser.pointee.problem_mark), message: reason + context)
    }

    /// The reader, which checks UTF-8, has no marks: it knows a byte's offset only.
    private func place(ofByte offset: Int) -> Place {
        let before = unsafe text.prefix(offset)
        let start = unsafe (before.lastIndex(of: UInt8(ascii: "\n")) ?? -1) + 1
        let line = unsafe before.count { $0 == UInt8(ascii: "\n") } + 1
        return .file(file, line: line, column: unsafe before.count - start + 1)
    }
}
