internal import Bacalhau
import Formats
import Settings

extension Agreement {
    /// How a contract's jobs are verified; nil where they are not.
    static func read(_ section: Section) -> Agreement? {
        section.optionalSection(
            "verify",
            "Runs each job on several compute nodes, which must agree on its answer; without it, one run is believed. "
                + "A program whose files or output differ from run to run (by the time, by random numbers, by "
                + "BACALHAU_PARTITION_INDEX, which is another one in each run) can never agree.",
            rule
        ) ?? nil
    }

    private static func rule(_ section: Section) -> Agreement? {
        let runs = section.value(
            "runs",
            .whole(runsAllowed),
            "On how many different nodes a job runs. With fewer that can take it, it fails."
        )
        let agree = section.optional(
            "agree",
            .whole(runsAllowed),
            "How many of them must agree: more than half. Without it, the smallest majority. A node has one vote, and none if "
                + "two runs on it differ."
        )
        let basis = section.value(
            "by",
            .choice(standIn: Basis.result),
            default: .result,
            "What must be the same. result: the CID of what was published, where there is one, and what is answered of the "
                + "run output (of an exit code only itself). output: what is answered of the run output, and the exit code; "
                + "files are neither compared nor read then (but an answer that is a CID is compared all the same)."
        )
        let rule = Agreement(runs: runs, agree: agree, basis: basis)
        if rule == nil, let agree {
            section.refuse(
                "agree",
                "\(agree) of \(runs) runs are \(agree > runs ? "more than there are" : "no majority"): set "
                    + "\(majority(of: runs)) to \(runs)"
            )
        }
        return rule
    }
}
