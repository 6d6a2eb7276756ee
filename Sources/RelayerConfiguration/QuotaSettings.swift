import Formats
import RelayCore
import Settings

/// How much each requester, and all together, may begin and run.
enum QuotaSettings {
    /// Reads the quotas; what is left out is no limit, but for a requester's jobs at a time.
    static func read(_ section: Section) -> Quotas {
        let requester = section.section(
            "requester",
            "Of each requester: who asks by the contract's own word, and the sender of the transaction where the contract lets "
                + "anybody be named as requester."
        ) { section in
            let running = section.optional(
                "running",
                .whole(1...10_000),
                "Jobs at a time; without it, a quarter of bacalhau.maxRunningJobs. Where one contract asks for all of its users, "
                    + "it is one requester."
            )
            return quota(section, running: running)
        }
        let all = section.section(
            "all",
            "Of all requesters together; how many jobs run at a time is bacalhau.maxRunningJobs."
        ) { quota($0, running: nil) }
        let patience = section.value(
            "patience",
            .duration(.seconds(0)...(.seconds(30 * 86_400))),
            default: Quotas().patience,
            "How long a request waits for a quota before it is failed on chain, with the quota for the reason."
        )
        return Quotas(requester: requester, all: all, patience: patience)
    }

    private static func quota(_ section: Section, running: Int?) -> Quota {
        Quota(
            running: running,
            perHour: section.optional(
                "perHour",
                .whole(1...100_000),
                "Jobs begun within any hour; without it, any number."
            ),
            perDay: section.optional(
                "perDay",
                .whole(1...100_000),
                "Jobs begun within any 24 hours; without it, any number."
            ),
            computePerDay: section.optional(
                "computePerDay",
                .duration(.seconds(1)...(.seconds(100_000_000))),
                "Compute within any 24 hours: the time of each node that runs a job. A job under way counts with its time-out, "
                    + "one that has ended with the time it took. Without it, any."
            )?.components.seconds
        )
    }
}
