# pragma version 0.4.3
# pragma evm-version cancun
"""
@notice Asks a contract of Lilypad v0 and keeps what it is told, for tests. With `wantsHex` it takes nothing but hex digits,
        and so no line break behind them.
"""

interface Lilypad:
    def runLilypadJob(_from: address, _spec: String[8192], _resultType: uint8) -> uint256: payable

wantsHex: public(bool)
results: public(HashMap[uint256, String[8192]])
failures: public(HashMap[uint256, String[8192]])
calls: public(HashMap[uint256, uint256])

@deploy
def __init__(_wantsHex: bool):
    self.wantsHex = _wantsHex

@external
@payable
def ask(bridge: address, spec: String[8192], resultType: uint8) -> uint256:
    return extcall Lilypad(bridge).runLilypadJob(self, spec, resultType, value=msg.value)

@external
def lilypadFulfilled(bridge: address, id: uint256, resultType: uint8, result: String[8192]):
    if self.wantsHex:
        for i: uint256 in range(len(result), bound=8192):
            digit: String[1] = slice(result, i, 1)
            code: uint256 = convert(convert(digit, Bytes[1]), uint256)
            assert (code >= 48 and code <= 57) or (code >= 97 and code <= 102), "not hex"
    self.results[id] = result
    self.calls[id] += 1

@external
def lilypadCancelled(bridge: address, id: uint256, reason: String[8192]):
    self.failures[id] = reason
    self.calls[id] += 1
