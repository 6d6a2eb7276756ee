import Testing

@Suite struct HelpTextTests {
    @Test(arguments: ["--help", "-h", "help", "help help", "--help run", "help --help"])
    func showsTheProgram(_ line: String) {
        #expect(
            SampleAction.shown(line) == """
                Usage: sample COMMAND [OPTIONS]

                Follow a contract and answer it.

                First paragraph.

                Second paragraph, still the second.

                Commands:
                  run         Follow, compute and settle until SIGTERM.
                  replay      Work a range of blocks again.
                  jobs        List jobs.
                  key         Make and look at keys.
                  help        Show the help of a command, or with --manual the manual page.
                  completion  Print the script that completes commands in bash.

                Options:
                  -h, --help     Show this help.
                      --version  Show the version.

                Examples:
                  sample run --config sample.yaml
                      Follow the contract that the file names.

                Exit status:
                  0  done
                  2  wrong usage

                Help of a command: sample COMMAND --help

                """
        )
    }

    @Test(arguments: ["run --help", "run -h", "help run", "run --confg --help", "run --config -h"])
    func showsOptionsWrapped(_ line: String) {
        #expect(
            SampleAction.shown(line) == """
                Usage: sample run [OPTIONS]

                Follow, compute and settle until SIGTERM.

                Options:
                  -c, --config FILE      The settings. Default: sample.yaml.
                      --log-level LEVEL  What is told. Default: info.
                  -l, --label TEXT       A label of every line that is written to the log. May be given
                                         several times.
                  -q, --quiet            Say less.
                  -h, --help             Show this help.

                """
        )
    }

    @Test func showsWhatIsRequiredAndExamples() {
        #expect(
            SampleAction.shown("replay --help") == """
                Usage: sample replay --from-block N [OPTIONS]

                Work a range of blocks again.

                Every request in it is found again, and nothing is done twice.

                Options:
                      --from-block N  First block of the range. Required.
                      --to-block M    Last block of the range; without it, the head.
                      --json          Report as JSON.
                  -h, --help          Show this help.

                Examples:
                  sample replay --from-block 100
                      From block 100 to the head.

                """
        )
    }

    @Test func showsCommandsOfACommand() {
        #expect(
            SampleAction.shown("jobs --help") == """
                Usage: sample jobs [OPTIONS]
                       sample jobs COMMAND [OPTIONS]

                List jobs.

                Commands:
                  show   Show everything that happened to a job.
                  retry  Take dead jobs up again.

                Options:
                      --rejected  Only the rejected ones.
                  -h, --help      Show this help.

                Help of a command: sample jobs COMMAND --help

                """
        )
    }

    @Test func showsArguments() {
        #expect(
            SampleAction.shown("help jobs show") == """
                Usage: sample jobs show [OPTIONS] ID

                Show everything that happened to a job.

                Arguments:
                  ID  The job.

                Options:
                  -v, --verbose  Say more.
                  -h, --help     Show this help.

                """
        )
    }

    @Test func refusesHelpOfNothing() {
        #expect(
            SampleAction.error("help jobs shw")
                == "sample jobs: unknown command \"shw\"; did you mean \"show\"?\nTry 'sample jobs --help'."
        )
        #expect(SampleAction.error("help walk")?.hasPrefix(#"sample: unknown command "walk"; expected run,"#) == true)
    }

    @Test(arguments: ["", "run", "replay", "jobs", "jobs show", "jobs retry", "key", "key new"])
    func staysWithin88Columns(_ command: String) throws {
        let text = try #require(SampleAction.shown("help \(command)"))
        #expect(text.split(separator: "\n").allSatisfy { $0.count <= 88 && !$0.hasSuffix(" ") })
    }
}
