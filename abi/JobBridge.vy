# pragma version 0.4.3
# pragma evm-version cancun
"""
@title JobBridge
@license Apache-2.0
@notice Asks for compute off chain and takes the answer back on chain.
        A requester pays and emits a request; a relayer answers it once, and its answer names the hash of the
        request it was computed for, so that a reorganised chain cannot make it answer another one.
"""

# The states of a job; 0 is "no such job".
REQUESTED: constant(uint8) = 1
FULFILLED: constant(uint8) = 2
FAILED: constant(uint8) = 3
CANCELLED: constant(uint8) = 4

MAX_SPEC: constant(uint256) = 8192
MAX_RESULT: constant(uint256) = 8192
MAX_REASON: constant(uint256) = 1024

# Gas kept for what follows the client's call: a log of three topics, its fixed words, the way out.
AFTER_CALL: constant(uint256) = 12_000
# Per byte of the result: 8 for the log's data, and copying it.
AFTER_CALL_PER_BYTE: constant(uint256) = 10

REQUEST_TOPIC: constant(bytes32) = keccak256("BacalhauJobRequested(uint256,address,string,uint8)")

event BacalhauJobRequested:
    jobId: indexed(uint256)
    requester: indexed(address)
    spec: String[MAX_SPEC]
    resultType: uint8

event BacalhauJobFulfilled:
    jobId: indexed(uint256)
    requester: indexed(address)
    resultType: uint8
    result: String[MAX_RESULT]
    callbackSucceeded: bool

event BacalhauJobFailed:
    jobId: indexed(uint256)
    requester: indexed(address)
    reason: String[MAX_REASON]
    callbackSucceeded: bool

event BacalhauJobCancelled:
    jobId: indexed(uint256)
    requester: indexed(address)

struct Job:
    requester: address
    resultType: uint8
    state: uint8
    requestHash: bytes32
    requestedAt: uint256
    paid: uint256

# A job in three words. The first: requester (160 bits), result type (8), state (8), block asked in (80).
words: HashMap[uint256, uint256]
requestHashes: HashMap[uint256, bytes32]
paid: HashMap[uint256, uint256]

# The last id given; ids count from 1.
jobCount: public(uint256)
# Wei that a request must bring at least.
fee: public(uint256)
# Gas that a client's callback gets, exactly.
callbackGas: public(immutable(uint256))
# Blocks after which an unsettled request may be cancelled.
cancelAfter: public(immutable(uint256))
isRelayer: public(HashMap[address, bool])
owner: public(address)
pendingOwner: public(address)


@deploy
def __init__(_fee: uint256, _callbackGas: uint256, _cancelAfter: uint256):
    self.fee = _fee
    callbackGas = _callbackGas
    cancelAfter = _cancelAfter
    self.owner = msg.sender


@external
@payable
def requestJob(spec: String[MAX_SPEC], resultType: uint8) -> uint256:
    """
    @notice Asks for a job. All that is paid belongs to it.
    @param spec What to run. The contract does not look into it, nor does it check its UTF-8.
    @param resultType 0 CID, 1 stdout, 2 stderr, 3 exit code.
    @return The job's id.
    """
    assert msg.value >= self.fee, "fee too low"
    assert resultType <= 3, "unknown result type"
    jobId: uint256 = self.jobCount + 1
    self.jobCount = jobId
    # The hash of the very log below: contract, topics, data.
    self.requestHashes[jobId] = keccak256(concat(
        convert(self, bytes20),
        REQUEST_TOPIC,
        convert(jobId, bytes32),
        convert(msg.sender, bytes32),
        abi_encode(spec, resultType),
    ))
    self.words[jobId] = (
        convert(msg.sender, uint256)
        | (convert(resultType, uint256) << 160)
        | (convert(REQUESTED, uint256) << 168)
        | (block.number << 176)
    )
    if msg.value > 0:
        self.paid[jobId] = msg.value
    log BacalhauJobRequested(jobId=jobId, requester=msg.sender, spec=spec, resultType=resultType)
    return jobId


@external
@view
def job(jobId: uint256) -> Job:
    """
    @notice What is known about a job; all zero where there is none.
    """
    word: uint256 = self.words[jobId]
    return Job(
        requester=self._requester(word),
        resultType=convert((word >> 160) & 255, uint8),
        state=self._state(word),
        requestHash=self.requestHashes[jobId],
        requestedAt=word >> 176,
        paid=self.paid[jobId],
    )


@external
def fulfill(jobId: uint256, requestHash: bytes32, resultType: uint8, result: String[MAX_RESULT]):
    """
    @notice Answers a request with its result, once. Relayers only.
    """
    word: uint256 = self._open(jobId, requestHash)
    assert (word >> 160) & 255 == convert(resultType, uint256), "another result type"
    self._setState(jobId, word, FULFILLED)
    requester: address = self._requester(word)
    succeeded: bool = False
    if requester.is_contract:
        call: Bytes[MAX_RESULT + 256] = abi_encode(
            jobId, resultType, result, method_id=method_id("bacalhauJobFulfilled(uint256,uint8,string)")
        )
        self._guard(len(result))
        succeeded = raw_call(requester, call, gas=callbackGas, max_outsize=0, revert_on_failure=False)
    log BacalhauJobFulfilled(
        jobId=jobId, requester=requester, resultType=resultType, result=result, callbackSucceeded=succeeded
    )


@external
def fail(jobId: uint256, requestHash: bytes32, reason: String[MAX_REASON]):
    """
    @notice Answers a request with the reason why it has no result, once. Relayers only.
    """
    word: uint256 = self._open(jobId, requestHash)
    self._setState(jobId, word, FAILED)
    requester: address = self._requester(word)
    succeeded: bool = False
    if requester.is_contract:
        call: Bytes[MAX_REASON + 192] = abi_encode(
            jobId, reason, method_id=method_id("bacalhauJobFailed(uint256,string)")
        )
        self._guard(len(reason))
        succeeded = raw_call(requester, call, gas=callbackGas, max_outsize=0, revert_on_failure=False)
    log BacalhauJobFailed(jobId=jobId, requester=requester, reason=reason, callbackSucceeded=succeeded)


@external
def cancel(jobId: uint256):
    """
    @notice Takes a request back that nobody settled for `cancelAfter` blocks.
    """
    word: uint256 = self.words[jobId]
    assert self._requester(word) == msg.sender, "not the requester"
    assert self._state(word) == REQUESTED, "not open"
    assert block.number >= (word >> 176) + cancelAfter, "too early"
    self._setState(jobId, word, CANCELLED)
    log BacalhauJobCancelled(jobId=jobId, requester=msg.sender)


@external
def withdraw(jobId: uint256, to: address):
    """
    @notice Pays out, once, what was paid for a failed or cancelled job. Its requester only.
    """
    word: uint256 = self.words[jobId]
    assert self._requester(word) == msg.sender, "not the requester"
    state: uint8 = self._state(word)
    assert state == FAILED or state == CANCELLED, "not refundable"
    amount: uint256 = self.paid[jobId]
    assert amount > 0, "nothing left"
    self.paid[jobId] = 0
    raw_call(to, b"", value=amount)


@external
def withdrawFulfilled(jobIds: DynArray[uint256, 256], to: address):
    """
    @notice Pays out what was paid for fulfilled jobs, once each: a second time adds nothing. The owner only.
    """
    self._onlyOwner()
    total: uint256 = 0
    for jobId: uint256 in jobIds:
        assert self._state(self.words[jobId]) == FULFILLED, "not fulfilled"
        total += self.paid[jobId]
        self.paid[jobId] = 0
    raw_call(to, b"", value=total)


@external
def setRelayer(relayer: address, allowed: bool):
    self._onlyOwner()
    self.isRelayer[relayer] = allowed


@external
def setFee(newFee: uint256):
    """
    @notice Sets what later requests must bring.
    """
    self._onlyOwner()
    self.fee = newFee


@external
def transferOwnership(to: address):
    """
    @notice Offers the contract to another owner, who must accept. The zero address takes an offer back.
    """
    self._onlyOwner()
    self.pendingOwner = to


@external
def acceptOwnership():
    assert msg.sender == self.pendingOwner, "not the pending owner"
    self.owner = msg.sender
    self.pendingOwner = empty(address)


@internal
@view
def _onlyOwner():
    assert msg.sender == self.owner, "not the owner"


@internal
@pure
def _requester(word: uint256) -> address:
    return convert(word & convert(max_value(uint160), uint256), address)


@internal
@pure
def _state(word: uint256) -> uint8:
    return convert((word >> 168) & 255, uint8)


@internal
def _setState(jobId: uint256, word: uint256, state: uint8):
    self.words[jobId] = (word & ~(convert(255, uint256) << 168)) | (convert(state, uint256) << 168)


@internal
@view
def _open(jobId: uint256, requestHash: bytes32) -> uint256:
    """
    @dev The first word of a job that the sender may answer now.
    """
    assert self.isRelayer[msg.sender], "not a relayer"
    word: uint256 = self.words[jobId]
    assert self._state(word) == REQUESTED, "not open"
    assert self.requestHashes[jobId] == requestHash, "another request"
    return word


@internal
@view
def _guard(length: uint256):
    """
    @dev A call keeps back a 64th of the gas. What is left must give the client all of `callbackGas`, whether it
         uses it or burns it, and still pay for the log of an answer of `length` bytes.
    """
    needed: uint256 = callbackGas + callbackGas // 63 + 1 + AFTER_CALL + AFTER_CALL_PER_BYTE * length
    assert msg.gas > needed, "gas too low for the callback"
