# pragma version 0.4.3
# pragma evm-version cancun
"""
@notice Asks many requests in one transaction, for tests. Has no callback: every answer's callback fails.
"""

interface JobBridge:
    def requestJob(spec: String[8192], resultType: uint8) -> uint256: payable

@external
@payable
def many(bridge: address, count: uint256, spec: String[8192], resultType: uint8):
    each: uint256 = msg.value // count
    for i: uint256 in range(count, bound=1000):
        extcall JobBridge(bridge).requestJob(spec, resultType, value=each)

@external
@payable
def each(bridge: address, specs: DynArray[String[2048], 32], resultTypes: DynArray[uint8, 32]):
    share: uint256 = msg.value // len(specs)
    for i: uint256 in range(len(specs), bound=32):
        extcall JobBridge(bridge).requestJob(specs[i], resultTypes[i], value=share)
