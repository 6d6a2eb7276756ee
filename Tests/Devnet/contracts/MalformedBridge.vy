# pragma version 0.4.3
# pragma evm-version cancun
"""
@notice The reference contract, and beside it request logs with any bytes for data, for tests of damaged logs.
        A damaged request is a job like any other: it can be failed, and its hash is that of its log.
"""

import JobBridge

initializes: JobBridge
exports: JobBridge.__interface__

@deploy
def __init__(_fee: uint256, _callbackGas: uint256, _cancelAfter: uint256):
    JobBridge.__init__(_fee, _callbackGas, _cancelAfter)

@external
def requestRaw(data: Bytes[16384], resultType: uint8) -> uint256:
    """
    @notice A numbered request, sound in address, topics and id, with `data` instead of the encoded spec and type.
    """
    jobId: uint256 = JobBridge.jobCount + 1
    JobBridge.jobCount = jobId
    topic: bytes32 = JobBridge.REQUEST_TOPIC
    id: bytes32 = convert(jobId, bytes32)
    requester: bytes32 = convert(msg.sender, bytes32)
    JobBridge.requestHashes[jobId] = keccak256(concat(convert(self, bytes20), topic, id, requester, data))
    JobBridge.words[jobId] = (
        convert(msg.sender, uint256)
        | (convert(resultType, uint256) << 160)
        | (convert(JobBridge.REQUESTED, uint256) << 168)
        | (block.number << 176)
    )
    raw_log([topic, id, requester], data)
    return jobId

@external
def flood(count: uint256, data: Bytes[1024]):
    """
    @notice Many numbered request logs for little gas (about 4,000 a log), to measure readers. No job is stored.
    """
    topic: bytes32 = JobBridge.REQUEST_TOPIC
    requester: bytes32 = convert(msg.sender, bytes32)
    first: uint256 = JobBridge.jobCount + 1
    for i: uint256 in range(count, bound=10_000):
        raw_log([topic, convert(first + i, bytes32), requester], data)
    JobBridge.jobCount += count

@external
def log1(topic: bytes32, data: Bytes[16384]):
    raw_log([topic], data)

@external
def log2(topics: bytes32[2], data: Bytes[16384]):
    raw_log([topics[0], topics[1]], data)

@external
def log3(topics: bytes32[3], data: Bytes[16384]):
    raw_log([topics[0], topics[1], topics[2]], data)

@external
def log4(topics: bytes32[4], data: Bytes[16384]):
    raw_log([topics[0], topics[1], topics[2], topics[3]], data)
