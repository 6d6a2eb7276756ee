import Settings
import Testing

@Suite struct SectionSecretTests {
    private let minimum = SampleSettings.minimum

    @Test func namesTheVariableAndKeepsNoText() throws {
        let settings = try SampleSettings.read(minimum, ["SAMPLE_ACCOUNT__PASSWORD": "hunter2"])
        #expect(settings.password == .environment(variable: "SAMPLE_ACCOUNT__PASSWORD"))
        #expect(!String(reflecting: settings).contains("hunter2"))
    }

    @Test func takesTheFilesPathFromTheEnvironmentToo() throws {
        let settings = try SampleSettings.read(minimum, ["SAMPLE_ACCOUNT__PASSWORD_FILE": "secret"])
        #expect(settings.password == .file("/etc/sample/secret"))
    }

    @Test func refusesASecretInTheSettingsWithoutShowingIt() {
        #expect(
            SampleSettings.problems(minimum + "account: {password: hunter2}") == "sample.yaml:2:21: account.password: "
                + "a secret does not belong here: put it into a file and name that in passwordFile, "
                + "or set SAMPLE_ACCOUNT__PASSWORD"
        )
    }

    @Test func refusesTwoSources() {
        #expect(
            SampleSettings.problems(minimum + "account: {passwordFile: a}", ["SAMPLE_ACCOUNT__PASSWORD": "x"])
                == "SAMPLE_ACCOUNT__PASSWORD: account.password: it is given twice: "
                + "unset SAMPLE_ACCOUNT__PASSWORD, or remove account.passwordFile"
        )
    }

    @Test func refusesAnEmptySecret() {
        #expect(
            SampleSettings.problems(minimum, ["SAMPLE_ACCOUNT__PASSWORD": ""])
                == "SAMPLE_ACCOUNT__PASSWORD: account.password: it is empty"
        )
    }
}
