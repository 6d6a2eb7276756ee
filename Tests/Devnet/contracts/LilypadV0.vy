# pragma version 0.4.3
# pragma evm-version cancun
"""
@notice The interface and the manners of Lilypad v0's deployed contract (variant F), for tests: ids from 0, events that
        hold one tuple with nothing indexed, answers by anybody and as often as one likes, failures by the role alone, and
        a client whose revert is the whole answer's.
"""

interface Client:
    def lilypadFulfilled(bridge: address, id: uint256, resultType: uint8, result: String[8192]): nonpayable
    def lilypadCancelled(bridge: address, id: uint256, reason: String[8192]): nonpayable

struct Job:
    requestor: address
    id: uint256
    spec: String[8192]
    resultType: uint8

struct Result:
    requestor: address
    id: uint256
    success: bool
    result: String[8192]
    resultType: uint8

UPGRADER_ROLE: constant(bytes32) = keccak256("UPGRADER_ROLE")
REQUESTED: constant(bytes32) = keccak256("NewLilypadJobSubmitted((address,uint256,string,uint8))")
RETURNED: constant(bytes32) = keccak256("LilypadJobResultsReturned((address,uint256,bool,string,uint8))")

hasRole: public(HashMap[bytes32, HashMap[address, bool]])
nextId: uint256

@deploy
def __init__():
    self.hasRole[UPGRADER_ROLE][msg.sender] = True

@external
def grantRole(role: bytes32, account: address):
    assert self.hasRole[UPGRADER_ROLE][msg.sender]
    self.hasRole[role][account] = True

@external
@payable
def runLilypadJob(_from: address, _spec: String[8192], _resultType: uint8) -> uint256:
    id: uint256 = self.nextId
    self.nextId = id + 1
    job: Job = Job(requestor=_from, id=id, spec=_spec, resultType=_resultType)
    raw_log([REQUESTED], abi_encode(job))
    return id

@external
def returnLilypadResults(_to: address, _jobId: uint256, _resultType: uint8, _result: String[8192]):
    assert _resultType < 4
    result: Result = Result(requestor=_to, id=_jobId, success=True, result=_result, resultType=_resultType)
    raw_log([RETURNED], abi_encode(result))
    extcall Client(_to).lilypadFulfilled(self, _jobId, _resultType, _result)

@external
def returnLilypadError(_to: address, _jobId: uint256, _errorMsg: String[8192]):
    assert self.hasRole[UPGRADER_ROLE][msg.sender], "AccessControl: account is missing role"
    result: Result = Result(requestor=_to, id=_jobId, success=False, result=_errorMsg, resultType=2)
    raw_log([RETURNED], abi_encode(result))
    extcall Client(_to).lilypadCancelled(self, _jobId, _errorMsg)
