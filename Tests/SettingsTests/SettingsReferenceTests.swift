import Formats
import JSON
import Settings
import Testing

@Suite struct SettingsReferenceTests {
    private let reference = SettingsReference(prefix: "SAMPLE", SampleSettings.init)

    @Test func listsTheKeysOfAFile() {
        #expect(
            reference.keys == [
                "chain", "chain.id", "chain.rpc[]", "chain.rpc[].url", "chain.rpc[].weight", "chain.pollInterval",
                "account",
                "account.keystore", "account.passwordFile", "limit", "database", "proxy", "proxy.url", "dryRun",
                "level",
                "labels[]", "colours[]", "shapes[]",
            ]
        )
    }

    @Test func isAMarkdownTable() {
        #expect(
            reference.markdown == #"""
                | Key | Value | Default | Meaning |
                | --- | --- | --- | --- |
                | `chain` | section | required | The chain. |
                | `chain.id` | a whole number from 1 to 100 | required | Its number. |
                | `chain.rpc[]` | 1 to 3 sections | required | The nodes. |
                | `chain.rpc[].url` | a URL, http://… or https://… | required | Where it answers. |
                | `chain.rpc[].weight` | a whole number from 1 to 18446744073709551615 | `1` | How often it is asked. |
                | `chain.pollInterval` | a time from 100ms to 1h, such as 500ms, 30s, 5m or 2h | `4s` | Between two looks. |
                | `account` | section | optional | The account. |
                | `account.keystore` | a path | optional | A key's file. |
                | `account.password` | secret, only by the variable `SAMPLE_ACCOUNT__PASSWORD` | optional | The password. |
                | `account.passwordFile` | a path | optional | The password. Here its file, which nobody else may read (chmod 600); or set SAMPLE_ACCOUNT__PASSWORD. |
                | `limit` | a size from 1B to 1MiB, such as 900000B, 256KiB or 1MiB | `256KiB` | Size. |
                | `database` | a path | `sample.sqlite` | The file. |
                | `proxy` | section | optional | A proxy. |
                | `proxy.url` | a text | required | Its address. |
                | `dryRun` | true or false | `false` | Nothing is sent \| nothing is paid. |
                | `level` | one of debug, info | `info` | What is told. |
                | `labels[]` | 0 to 2 of: a text | optional | Labels. |
                | `colours[]` | 1 to 2 of: a text | `red`, `light blue` | Colours. |
                | `shapes[]` | 0 to 2 of: a text | optional | Shapes. |

                """#
        )
    }

    @Test func isAJSONSchema() throws {
        let schema = try JSONValue.parse(Array(reference.schema.utf8))
        let properties = try #require(schema["properties"])
        let chain = try #require(properties["chain"])

        #expect(schema["required"] == ["chain"])
        #expect(schema["additionalProperties"] == false)
        #expect(schema["type"] == "object")
        #expect(properties["account"]?["type"] == ["object", "null"])
        #expect(chain["required"] == ["id", "rpc"])
        #expect(
            chain["properties"]?["id"]
                == ["type": "integer", "minimum": 1, "maximum": 100, "description": "Its number."]
        )
        let weight = chain["properties"]?["rpc"]?["items"]?["properties"]?["weight"]
        #expect(weight?["maximum"]?.number?.text == "18446744073709551615")
        #expect(weight?["default"] == 1)
        #expect(chain["properties"]?["rpc"]?["maxItems"] == 3)
        #expect(properties["level"] == ["enum": ["debug", "info"], "description": "What is told.", "default": "info"])
        #expect(properties["dryRun"]?["default"] == false)
        #expect(properties["account"]?["properties"]?["password"] == nil)
        #expect(properties["account"]?["properties"]?["passwordFile"]?["type"] == "string")
        #expect(properties["proxy"]?["required"] == ["url"])
        #expect(properties["labels"]?["items"] == ["type": "string", "minLength": 1])
        #expect(properties["colours"]?["default"] == ["red", "light blue"])
    }

    @Test func isTheSameAfterAReadingAsBefore() throws {
        let again = SettingsReference(prefix: "SAMPLE", SampleSettings.init)
        #expect(again.schema == reference.schema)
    }

    /// What may be a number, too, is none that an editor would want in quotes.
    @Test func letsAScalarBeAnything() throws {
        let format = Format("a value", schema: .scalar, standIn: "") { $0 }
        let reference = SettingsReference(prefix: "SAMPLE") { $0.optional("value", format, "Any.") }
        let schema = try JSONValue.parse(Array(reference.schema.utf8))

        #expect(schema["properties"]?["value"]?["type"] == ["string", "number", "boolean"])
        for text in ["7", "'7'", "true", "x"] {
            let value = try Settings.read(Array("value: \(text)".utf8), file: "a") {
                $0.optional("value", format, "Any.")
            }
            #expect(value == String(text.filter { $0 != "'" }))
        }
    }
}
