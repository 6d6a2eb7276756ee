import RelayCore

/// A dapp's own contract, and how its operator declares it.
enum OracleSample {
    /// Tuples in tuples, an answer as bytes with a flag, an echoed field, constants, an overloaded function.
    static let abi = """
        [{"type":"event","name":"Asked","inputs":[
            {"name":"ticket","type":"uint64","indexed":true},
            {"name":"query","type":"tuple","components":[
              {"name":"who","type":"address"},
              {"name":"what","type":"tuple","components":[{"name":"task","type":"bytes"},{"name":"kind","type":"uint8"}]}]},
            {"name":"label","type":"string","indexed":true},
            {"name":"market","type":"bytes32"}]},
         {"type":"event","name":"Closed","inputs":[{"name":"ticket","type":"uint64","indexed":true},{"name":"good","type":"bool"}]},
         {"type":"event","name":"Secret","anonymous":true,"inputs":[{"name":"task","type":"string"}]},
         {"type":"event","name":"Hashed","inputs":[
            {"name":"job","type":"tuple","indexed":true,"components":[
              {"name":"id","type":"uint64"},{"name":"who","type":"address"},{"name":"market","type":"bytes32"}]},
            {"name":"tags","type":"string[]","indexed":true},
            {"name":"ticket","type":"uint64"},{"name":"task","type":"string"}]},
         {"type":"event","name":"Wide","inputs":[
            {"name":"ticket","type":"uint256"},{"name":"task","type":"string"},{"name":"market","type":"bytes32"}]},
         {"type":"event","name":"Odd","inputs":[{"name":"price","type":"fixed128x18"}]},
         {"type":"function","name":"answer","stateMutability":"nonpayable","outputs":[],"inputs":[
            {"name":"market","type":"bytes32"},
            {"name":"reply","type":"tuple","components":[
              {"name":"ticket","type":"uint64"},{"name":"good","type":"bool"},{"name":"data","type":"bytes"},
              {"name":"version","type":"uint8"},{"name":"note","type":"string"}]}]},
         {"type":"function","name":"close","stateMutability":"nonpayable","outputs":[],"inputs":[{"name":"ticket","type":"uint64"}]},
         {"type":"function","name":"close","stateMutability":"nonpayable","outputs":[],"inputs":[{"name":"ticket","type":"uint64"},{"name":"why","type":"string"}]},
         {"type":"function","name":"tickets","stateMutability":"view","inputs":[{"name":"","type":"uint64"}],
          "outputs":[{"name":"","type":"tuple","components":[{"name":"done","type":"bool"},{"name":"hash","type":"bytes32"}]}]},
         {"type":"function","name":"states","stateMutability":"view","inputs":[{"name":"","type":"uint128"}],
          "outputs":[{"name":"state","type":"uint8"}]}]
        """

    static func contract() throws -> ContractABI { try ContractABI.read(Array(abi.utf8)) }

    static var declaration: BindingDeclaration {
        BindingDeclaration(
            name: "oracle",
            event: "Asked",
            jobID: "ticket",
            requester: "query.who",
            spec: "query.what.task",
            resultType: "query.what.kind",
            fulfill: BindingDeclaration.Call(
                function: "answer",
                arguments: ["event.market", "jobId", "true", "text", "3", "\"by lilypad\""]
            ),
            fail: BindingDeclaration.Call(function: "close(uint64,string)", arguments: ["jobId", "text"]),
            standing: BindingDeclaration.Standing(
                view: "tickets",
                value: "#0.done",
                open: "false",
                requestHash: "#0.hash"
            ),
            outcomes: [BindingDeclaration.Outcome(event: "Closed", jobID: "ticket", success: "good")]
        )
    }
}
