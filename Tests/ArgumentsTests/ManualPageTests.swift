import Testing

@Suite struct ManualPageTests {
    @Test func isWrittenInTheManualsMacros() throws {
        let page = try #require(SampleAction.shown("help --manual"))
        #expect(
            page.hasPrefix(
                #"""
                .TH "SAMPLE" 1 "" "sample 1.2.3"
                .SH NAME
                sample \- Follow a contract and answer it.
                .SH SYNOPSIS
                .B sample
                \fICOMMAND\fR [\fIOPTIONS\fR]
                .SH DESCRIPTION
                .PP
                First paragraph.
                .PP
                Second paragraph, still the second.
                .SH COMMANDS
                .SS "run"
                Follow, compute and settle until SIGTERM.
                .TP
                \fB\-c, \-\-config FILE\fR
                The settings. Default: sample.yaml.

                """#
            )
        )
        #expect(
            page.contains(
                #"""
                .SS "jobs show ID"
                Show everything that happened to a job.
                .TP
                \fIID\fR
                The job.

                """#
            )
        )
        #expect(
            page.hasSuffix(
                #"""
                .SH EXAMPLES
                .TP
                \f(CRsample run \-\-config sample.yaml\fR
                Follow the contract that the file names.
                .SH "EXIT STATUS"
                .TP
                0
                done
                .TP
                2
                wrong usage

                """#
            )
        )
    }
}
