# pragma version 0.4.3
# pragma evm-version cancun
"""
@notice A client whose callbacks do what `behaviour` says, for tests.
        0 good, 1 reverts, 2 burns its gas, 3 returns 30 kB, 4 reverts with 30 kB, 5 asks again,
        6 cancels the job being settled, 7 withdraws what was paid for it, 10 keeps in `last` what gas it was given.
        When it is paid out: 8 withdraws again, 9 refuses the money.
"""

interface JobBridge:
    def requestJob(spec: String[8192], resultType: uint8) -> uint256: payable
    def cancel(jobId: uint256): nonpayable
    def withdraw(jobId: uint256, to: address): nonpayable
    def fee() -> uint256: view

bridge: address
behaviour: public(uint256)
last: public(uint256)
reentered: public(bool)

@deploy
@payable
def __init__(_bridge: address):
    self.bridge = _bridge

@external
@payable
def __default__():
    if self.behaviour == 9:
        raise "no money, please"
    if self.behaviour == 8:
        again: Bytes[68] = abi_encode(self.last, self, method_id=method_id("withdraw(uint256,address)"))
        self.reentered = raw_call(self.bridge, again, revert_on_failure=False)

@external
def behave(behaviour: uint256):
    self.behaviour = behaviour

@external
@payable
def ask(spec: String[8192], resultType: uint8) -> uint256:
    return extcall JobBridge(self.bridge).requestJob(spec, resultType, value=msg.value)

@external
def cancel(jobId: uint256):
    extcall JobBridge(self.bridge).cancel(jobId)

@external
def withdraw(jobId: uint256, to: address):
    extcall JobBridge(self.bridge).withdraw(jobId, to)

@external
@raw_return
def bacalhauJobFulfilled(jobId: uint256, resultType: uint8, result: String[8192]) -> Bytes[30000]:
    return self._answer(jobId)

@external
@raw_return
def bacalhauJobFailed(jobId: uint256, reason: String[1024]) -> Bytes[30000]:
    return self._answer(jobId)

@internal
def _answer(jobId: uint256) -> Bytes[30000]:
    given: uint256 = msg.gas
    mode: uint256 = self.behaviour
    if mode == 10:
        self.last = given
        return b""
    if mode == 1:
        raise "the client refuses"
    if mode == 2:
        burnt: uint256 = 0
        for i: uint256 in range(10_000_000):
            burnt = unsafe_add(burnt, i)
        self.last = burnt
    if mode == 3:
        return abi_encode(empty(bytes32[900]))
    if mode == 4:
        raw_revert(abi_encode(empty(bytes32[900])))
    if mode == 5:
        extcall JobBridge(self.bridge).requestJob("{}", 1, value=staticcall JobBridge(self.bridge).fee())
    if mode == 6:
        extcall JobBridge(self.bridge).cancel(jobId)
    if mode == 7:
        extcall JobBridge(self.bridge).withdraw(jobId, self)
    self.last = jobId
    return b""
