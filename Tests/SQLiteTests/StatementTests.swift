import RelayTestSupport
import Testing

@testable import SQLite

@Suite struct StatementTests {
    private let directory: TemporaryDirectory
    private let connection: Connection

    init() throws {
        directory = try TemporaryDirectory()
        connection = try Connection(path: directory.database)
        try connection.execute("CREATE TABLE value (id INTEGER PRIMARY KEY, i INTEGER, t TEXT, b BLOB) STRICT")
    }

    private func insert() throws -> Statement { try connection.prepare("INSERT INTO value (i, t, b) VALUES (?, ?, ?)") }

    @Test(arguments: [Int64.min, -1, 0, 1, .max, nil]) func keepsIntegers(value: Int64?) throws {
        try insert().binding(value, String?.none, [UInt8]?.none).run()
        #expect(try connection.prepare("SELECT i FROM value").all { row in try row.optionalInt64(0) } == [value])
    }

    @Test(arguments: ["", "a", "\0", "a\0b", "ä\u{1f600}", String(repeating: "x", count: 100_000), nil])
    func keepsText(value: String?) throws {
        try insert().binding(Int64?.none, value, [UInt8]?.none).run()
        #expect(try connection.prepare("SELECT t FROM value").all { row in try row.optionalText(0) } == [value])
    }

    @Test(arguments: [[], [0], Array(0...255), [UInt8](repeating: 7, count: 300_000), nil] as [[UInt8]?])
    func keepsBlobs(value: [UInt8]?) throws {
        try insert().binding(Int64?.none, String?.none, value).run()
        #expect(try connection.prepare("SELECT b FROM value").all { row in try row.optionalBlob(0) } == [value])
    }

    @Test(arguments: [true, false, nil]) func keepsBooleans(value: Bool?) throws {
        try insert().binding(value, String?.none, [UInt8]?.none).run()
        #expect(try connection.prepare("SELECT i FROM value").all { row in try row.optionalBool(0) } == [value])
    }

    @Test func bindsByNumberToo() throws {
        let statement = try insert()
        let text = Array("text".utf8)
        statement.bind(3, [1, 2] as [UInt8]?)
        statement.bind(2, text: try UTF8Span(validating: text.span))
        statement.bind(1, true)
        try statement.run()
        let row = try connection.prepare("SELECT i, t, b FROM value").first { row in
            try (row.bool(0), row.text(1), row.blob(2))
        }
        #expect(row?.0 == true && row?.1 == "text" && row?.2 == [1, 2])
    }

    @Test func bindsWordsAsMemoryHasThem() throws {
        let (four, eight): ([UInt32], [UInt64]) = ([1, 0x0203], [0x0102_0304_0506_0708])
        let statement = try insert()
        statement.bind(3, bytesOf: four.span)
        try statement.run()
        statement.bind(3, bytesOf: eight.span)
        try statement.run()
        let blobs = try connection.prepare("SELECT b FROM value ORDER BY id").all { row in try row.blob(0) }
        let memory = unsafe (four.withUnsafeBytes { unsafe Array($0) }, eight.withUnsafeBytes { unsafe Array($0) })
        #expect(blobs == [memory.0, memory.1])
    }

    @Test func forgetsItsParametersAfterARun() throws {
        try insert().binding(Int64(1), "one", [1] as [UInt8]).run()
        try insert().run()
        let rows = try connection.prepare("SELECT i IS NULL AND t IS NULL AND b IS NULL FROM value ORDER BY id").all {
            row in try row.bool(0)
        }
        #expect(rows == [false, true])
    }

    @Test(arguments: [-1, 0, 4, Int.max]) func refusesAParameterThatIsNotThere(index: Int) throws {
        let statement = try insert()
        statement.bind(index, Int64(1))
        #expect(throws: SQLiteError.self) { try statement.run() }
        #expect(throws: Never.self) { try statement.run() }
    }

    @Test func refusesToBindWhileItRuns() throws {
        for _ in 0..<3 { try insert().binding(Int64(1), "t", [UInt8]?.none).run() }
        let select = try connection.prepare("SELECT i FROM value WHERE i = ?")
        let error = #expect(throws: SQLiteError.self) {
            try select.binding(Int64(1)).rows { _ in select.bind(1, String(repeating: "x", count: 10_000)) }
        }
        #expect(error?.kind == .misuse)
        #expect(try select.binding(Int64(1)).all { _ in 0 }.count == 3)
    }

    @Test func refusesToRunInsideItsOwnRows() throws {
        try insert().run()
        let select = try connection.prepare("SELECT id FROM value")
        let error = #expect(throws: SQLiteError.self) { try select.rows { _ in try select.rows { _ in } } }
        #expect(error?.kind == .misuse)
    }

    @Test(arguments: ["i", "t", "b", "NULL", "1.5"]) func convertsNothing(column: String) throws {
        try insert().binding(Int64(5), "5", [5] as [UInt8]).run()
        var read: [String] = []
        let select = try connection.prepare("SELECT \(column) FROM value")
        if (try? select.first { row in try row.int64(0) }) != nil { read.append("i") }
        if (try? select.first { row in try row.text(0) }) != nil { read.append("t") }
        if (try? select.first { row in try row.blob(0) }) != nil { read.append("b") }
        #expect(read == (["i", "t", "b"].contains(column) ? [column] : []))
    }

    @Test func namesTheColumnOfAnotherType() throws {
        try insert().binding(Int64(5), "5", [UInt8]?.none).run()
        let select = try connection.prepare("SELECT i, t FROM value")
        let error = #expect(throws: SQLiteError.self) { try select.first { row in try row.int64(1) } }
        #expect(error?.kind == .type)
        #expect(error?.message == "column 1 (t) is TEXT, not INTEGER")
    }

    @Test(arguments: [-1, 2, Int.max, Int.min]) func throwsForAColumnThatIsNotThere(column: Int) throws {
        try insert().run()
        let select = try connection.prepare("SELECT i, t FROM value")
        #expect(throws: SQLiteError.self) { try select.first { row in try row.int64(column) } }
        #expect(try select.first { row in row.isNull(column) } == true)
    }

    @Test func countsTheRowsItChanged() throws {
        for number in 0..<5 { #expect(try insert().binding(Int64(number), "t", [UInt8]?.none).run() == 1) }
        #expect(try connection.prepare("UPDATE value SET t = 'u' WHERE i >= ?").binding(Int64(2)).run() == 3)
        #expect(try connection.prepare("SELECT * FROM value").run() == 0)
        #expect(try connection.prepare("UPDATE value SET t = 'v' WHERE i > 99").run() == 0)
    }

    @Test func runsAChangeToItsEndThoughOnlyItsFirstRowIsRead() throws {
        for number in 0..<5 { try insert().binding(Int64(number), "t", [UInt8]?.none).run() }
        let change = try connection.prepare("UPDATE value SET t = 'u' RETURNING i")
        #expect(try change.first { row in try row.int64(0) } != nil)
        #expect(try connection.integer("SELECT count(*) FROM value WHERE t = 'u'") == 5)
    }

    @Test func canBeUsedAgainAfterAnError() throws {
        let statement = try connection.prepare("INSERT INTO value (id) VALUES (?)")
        try statement.binding(Int64(1)).run()
        let error = #expect(throws: SQLiteError.self) { try statement.binding(Int64(1)).run() }
        #expect(error?.kind == .constraint)
        #expect(error?.sql == "INSERT INTO value (id) VALUES (?)")
        #expect(try statement.binding(Int64(2)).run() == 1)
    }

    @Test func outlivesTheConnectionItCameFrom() throws {
        var other: Connection? = try Connection(path: directory.database)
        let statement = try #require(try other?.prepare("SELECT count(*) FROM value"))
        other = nil
        #expect(try statement.first { row in try row.int64(0) } == 0)
    }

    @Test(arguments: ["SELEC 1", "", "-- nothing"]) func refusesWhatIsNoStatement(sql: String) {
        #expect(throws: SQLiteError.self) { try connection.prepare(sql) }
    }
}
