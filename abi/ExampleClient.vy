# pragma version 0.4.3
# pragma evm-version cancun
"""
@title ExampleClient
@license Apache-2.0
@notice A dapp's contract to copy: it asks the bridge for a job and keeps the answer.
"""

interface JobBridge:
    def requestJob(spec: String[8192], resultType: uint8) -> uint256: payable
    def cancel(jobId: uint256): nonpayable
    def withdraw(jobId: uint256, to: address): nonpayable

# Storing costs 22,100 gas for each 32 bytes, and the callback's gas is capped: keep little, and ask for a CID where
# the result is long.
KEPT: constant(uint256) = 256

bridge: public(immutable(address))
owner: public(immutable(address))
# "pending" until the answer is there. The words are paid for when asking, which makes the callback cheap.
answers: public(HashMap[uint256, String[8192]])
failures: public(HashMap[uint256, String[1024]])

@deploy
def __init__(_bridge: address):
    bridge = _bridge
    owner = msg.sender

@external
@payable
def ask(spec: String[8192], resultType: uint8) -> uint256:
    jobId: uint256 = extcall JobBridge(bridge).requestJob(spec, resultType, value=msg.value)
    self.answers[jobId] = "pending"
    return jobId

@external
def bacalhauJobFulfilled(jobId: uint256, resultType: uint8, result: String[8192]):
    assert msg.sender == bridge, "only the bridge"
    self.answers[jobId] = slice(result, 0, min(len(result), KEPT))

@external
def bacalhauJobFailed(jobId: uint256, reason: String[1024]):
    assert msg.sender == bridge, "only the bridge"
    self.answers[jobId] = ""
    self.failures[jobId] = slice(reason, 0, min(len(reason), KEPT))

@external
def cancel(jobId: uint256):
    assert msg.sender == owner, "not the owner"
    extcall JobBridge(bridge).cancel(jobId)

@external
def takeBack(jobId: uint256):
    extcall JobBridge(bridge).withdraw(jobId, owner)
