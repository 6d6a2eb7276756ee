internal import Bacalhau
internal import Ethereum

/// The contracts that Lilypad v0 left in the wild, and the job creator of Lilypad v2.
///
/// They have no view that tells what has been answered, and take a second answer as readily as the first: where they have
/// an event for it, the logs tell (`OutcomeEvent`). A client that reverts, or is no contract, makes the whole answer
/// revert, for ever.
extension ContractBinding {
    /// The bindings that every relayer has; a contract of another shape is declared in the settings.
    package static let builtIn = [
        reference, lilypadV0A, lilypadV0B, lilypadV0BUpgradeable, lilypadV0C, lilypadV0D, lilypadV0E, lilypadV0F,
        lilypadV2,
    ]

    /// The built-in binding of this name, if there is one.
    package static func named(_ name: String) -> ContractBinding? { builtIn.first { $0.name == name } }

    // MARK: The variants

    /// 2023-01-31: no job ids, and the job's name is indexed, so that only its hash is told.
    static let lilypadV0A = ContractBinding(
        name: "lilypad-v0-a",
        format: .module,
        requestEvent: ABIEvent(
            name: submitted,
            inputs: [address("from"), indexed(text("jobName")), text("params")]
        ),
        fields: Fields(
            jobID: nil,
            requester: [0],
            spec: .named(name: [1], parameters: [2]),
            resultType: .always(.cid)
        ),
        fulfill: SettlingCall(
            function: ABIFunction(name: "returnResults", inputs: [address("to"), text("jobID"), text("ipfsID")]),
            arguments: [.requester, .requestHashText, .text]
        ),
        fail: nil,
        outcomes: [],
        views: ContractViews(),
        form: AnswerForm(resultLimit: 2_048, reasonLimit: 256),
        // Its function does nothing: what is left is calldata.
        gas: Gas(base: 60_000, perByte: 50)
    )

    /// 2023-02-02.
    static let lilypadV0B = ContractBinding(
        name: "lilypad-v0-b",
        format: .module,
        requestEvent: ABIEvent(
            name: submitted,
            inputs: [indexed(address("requestorContract")), number("jobId"), text("jobName"), text("params")]
        ),
        fields: namedFields,
        fulfill: namedCall("returnBacalhauResults", "_ipfsResult"),
        fail: nil,
        outcomes: [
            OutcomeEvent(
                event: ABIEvent(
                    name: returned,
                    inputs: [address("requestorContract"), number("jobId"), text("jobName"), text("results")]
                ),
                jobID: [1],
                kind: .always(.fulfilled),
                text: [3]
            )
        ],
        views: ContractViews(),
        form: AnswerForm(resultLimit: 2_048, reasonLimit: 256),
        gas: storing,
        countsJobs: true
    )

    /// 2023-02-17, behind a proxy: the job id is indexed too, both functions want a role, and no event tells of an answer.
    static let lilypadV0BUpgradeable = ContractBinding(
        name: "lilypad-v0-b-upgradeable",
        format: .module,
        requestEvent: ABIEvent(
            name: submitted,
            inputs: [indexed(address("requestorContract")), indexed(number("jobId")), text("jobName"), text("params")]
        ),
        fields: namedFields,
        fulfill: namedCall("returnBacalhauResults", "_ipfsResult"),
        fail: namedCall("returnBacalhauError", "_errorMsg"),
        outcomes: [],
        views: ContractViews(relayer: upgrader(needed: .everything)),
        form: AnswerForm(resultLimit: 2_048, reasonLimit: 256),
        gas: storing,
        countsJobs: true
    )

    /// 2023-02-15: the result is always a CID.
    static let lilypadV0C = ContractBinding(
        name: "lilypad-v0-c",
        format: .legacy,
        requestEvent: ABIEvent(
            name: submitted,
            inputs: [indexed(address("requestorContract")), number("id"), text("spec")]
        ),
        fields: Fields(jobID: [1], requester: [0], spec: .text([2]), resultType: .always(.cid)),
        fulfill: SettlingCall(
            function: ABIFunction(
                name: "returnBacalhauResults",
                inputs: [address("_to"), number("_jobId"), text("_result")]
            ),
            arguments: [.requester, .jobID, .text]
        ),
        fail: nil,
        outcomes: [plainOutcome],
        views: ContractViews(),
        form: AnswerForm(resultLimit: 2_048, reasonLimit: 256),
        gas: storing,
        countsJobs: true
    )

    /// 2023-02-17: the first that calls the client, at `lilypadReceiver`.
    static let lilypadV0D = ContractBinding(
        name: "lilypad-v0-d",
        format: .legacy,
        requestEvent: ABIEvent(
            name: submitted,
            inputs: [indexed(address("requestorContract")), number("id"), text("spec"), kind("resultType")]
        ),
        fields: Fields(jobID: [1], requester: [0], spec: .text([2]), resultType: .field([3])),
        fulfill: typedCall("returnBacalhauResults"),
        fail: nil,
        outcomes: [plainOutcome],
        views: ContractViews(),
        form: AnswerForm(resultLimit: 2_048, reasonLimit: 256),
        gas: storing,
        countsJobs: true
    )

    /// `LilypadEvents`, the newest of them; its function for failures wants a role in its last version.
    static let lilypadV0E = tupled("lilypad-v0-e", submitted, returned, "returnBacalhauResults", "returnBacalhauError")

    /// `LilypadEventsUpgradeable`, the one that was deployed.
    static let lilypadV0F = tupled(
        "lilypad-v0-f",
        "NewLilypadJobSubmitted",
        "LilypadJobResultsReturned",
        "returnLilypadResults",
        "returnLilypadError"
    )

    /// The on-chain job creator of Lilypad v2: a module's name with inputs, and a CID back.
    static let lilypadV2 = ContractBinding(
        name: "lilypad-v2",
        format: .module,
        requestEvent: ABIEvent(
            name: "JobAdded",
            inputs: [
                number("id"), address("calling_contract"), address("payee"), text("module"),
                ABIParameter(name: "inputs", type: .array(of: .string)),
            ]
        ),
        fields: Fields(
            jobID: [0],
            requester: [1],
            spec: .module(name: [3], inputs: [4]),
            resultType: .always(.cid)
        ),
        fulfill: SettlingCall(
            function: ABIFunction(name: "submitResults", inputs: [number("id"), text("dealId"), text("dataId")]),
            arguments: [.jobID, .requestHashText, .text]
        ),
        fail: nil,
        outcomes: [],
        views: ContractViews(),
        form: AnswerForm(resultLimit: 2_048, reasonLimit: 256),
        gas: storing
    )

    // MARK: What they share

    private static let submitted = "NewBacalhauJobSubmitted"
    private static let returned = "BacalhauJobResultsReturned"

    /// Measured: 219,000 to 286,000 with a few bytes, 3.1 million with 2,048, which are stored twice.
    private static let storing = Gas(base: 320_000, perByte: 1_600, callback: 1_000_000)

    private static let namedFields = Fields(
        jobID: [1],
        requester: [0],
        spec: .named(name: [2], parameters: [3]),
        resultType: .always(.cid),
        echoes: [[2]]
    )

    private static func namedCall(_ name: String, _ last: String) -> SettlingCall {
        SettlingCall(
            function: ABIFunction(
                name: name,
                inputs: [address("_to"), number("_jobId"), text("_jobName"), text(last)]
            ),
            arguments: [.requester, .jobID, .echo(0), .text]
        )
    }

    private static func typedCall(_ name: String) -> SettlingCall {
        SettlingCall(
            function: ABIFunction(
                name: name,
                inputs: [address("_to"), number("_jobId"), kind("_resultType"), text("_result")]
            ),
            arguments: [.requester, .jobID, .resultType, .text]
        )
    }

    /// Its first field is the contract itself, and not who asked.
    private static let plainOutcome = OutcomeEvent(
        event: ABIEvent(
            name: returned,
            inputs: [address("requestorContract"), number("jobId"), text("results")]
        ),
        jobID: [1],
        kind: .always(.fulfilled),
        text: [2]
    )

    /// The two whose events hold one tuple, in which nothing is indexed.
    private static func tupled(
        _ name: String,
        _ request: String,
        _ outcome: String,
        _ results: String,
        _ error: String
    ) -> ContractBinding {
        let job: [ABIParameter] = [address("requestor"), number("id"), text("spec"), kind("resultType")]
        let result: [ABIParameter] = [
            address("requestor"), number("id"), ABIParameter(name: "success", type: .bool), text("result"),
            kind("resultType"),
        ]
        return ContractBinding(
            name: name,
            format: .legacy,
            requestEvent: ABIEvent(name: request, inputs: [ABIParameter(name: "job", type: .tuple(job))]),
            // The caller says who the requester is.
            fields: Fields(
                jobID: [0, 1],
                requester: [0, 0],
                isRequesterClaimed: true,
                spec: .text([0, 2]),
                resultType: .field([0, 3])
            ),
            fulfill: typedCall(results),
            fail: SettlingCall(
                function: ABIFunction(
                    name: error,
                    inputs: [address("_to"), number("_jobId"), text("_errorMsg")]
                ),
                arguments: [.requester, .jobID, .text]
            ),
            outcomes: [
                OutcomeEvent(
                    event: ABIEvent(name: outcome, inputs: [ABIParameter(name: "result", type: .tuple(result))]),
                    jobID: [0, 1],
                    requester: [0, 0],
                    kind: .flag([0, 2]),
                    text: [0, 3]
                )
            ],
            views: ContractViews(relayer: upgrader(needed: .failures)),
            form: AnswerForm(resultLimit: 2_048, reasonLimit: 256),
            gas: storing,
            countsJobs: true
        )
    }

    private static func upgrader(needed need: ContractViews.RelayerView.Need) -> ContractViews.RelayerView {
        ContractViews.RelayerView(
            function: ABIFunction(
                name: "hasRole",
                inputs: [ABIParameter(name: "role", type: .fixedBytes(32)), address("account")],
                outputs: [ABIParameter(name: "", type: .bool)]
            ),
            role: keccak256(Array("UPGRADER_ROLE".utf8)),
            need: need,
            remedy: "grantRole(keccak256(\"UPGRADER_ROLE\"), %)"
        )
    }

    private static func address(_ name: String) -> ABIParameter { ABIParameter(name: name, type: .address) }
    private static func number(_ name: String) -> ABIParameter { ABIParameter(name: name, type: .uint(bits: 256)) }
    private static func kind(_ name: String) -> ABIParameter { ABIParameter(name: name, type: .uint(bits: 8)) }
    private static func text(_ name: String) -> ABIParameter { ABIParameter(name: name, type: .string) }

    private static func indexed(_ parameter: ABIParameter) -> ABIParameter {
        ABIParameter(name: parameter.name, type: parameter.type, indexed: true)
    }
}
