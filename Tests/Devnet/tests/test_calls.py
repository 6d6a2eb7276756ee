"""`eth_call` and `eth_estimateGas` beyond the recorded reverts, and the fees that a sender reads."""

from __future__ import annotations

import pytest

from bridge import FEE, REQUESTER, SINK, STRANGER, Bridge
from client import GWEI, CallFailed
from conftest import LocalChain


def test_an_estimate_is_enough_and_hardly_more(bridge: Bridge) -> None:
    call = {
        "from": REQUESTER.address,
        "to": bridge.contract.address,
        "data": "0x" + bridge.contract.encode("requestJob", "x" * 100, 1).hex(),
        "value": hex(FEE),
    }
    estimate = int(bridge.chain.rpc("eth_estimateGas", call), 16)
    receipt = bridge.contract.send(REQUESTER.private_key, "requestJob", "x" * 100, 1, value=FEE, gas=estimate)
    assert int(receipt["gasUsed"], 16) <= estimate <= int(receipt["gasUsed"], 16) * 1.05


def test_an_estimate_leaves_no_trace(bridge: Bridge) -> None:
    before = bridge.chain.rpc("eth_getBalance", REQUESTER.address, "latest")
    bridge.chain.rpc("eth_estimateGas", {"from": REQUESTER.address, "to": SINK.address, "value": "0x5"})
    assert bridge.chain.rpc("eth_getBalance", REQUESTER.address, "latest") == before
    assert bridge.contract.call("jobCount") == 0


def test_a_transfer_is_estimated_at_its_price(chain: LocalChain) -> None:
    call = {"from": REQUESTER.address, "to": SINK.address, "value": "0x1"}
    assert chain.rpc("eth_estimateGas", call) == hex(21_000)


def test_a_limit_too_low_for_an_estimate(bridge: Bridge) -> None:
    call = {
        "from": REQUESTER.address,
        "to": bridge.contract.address,
        "data": "0x" + bridge.contract.encode("requestJob", "x" * 100, 1).hex(),
        "value": hex(FEE),
        "gas": hex(40_000),
    }
    with pytest.raises(CallFailed, match=r"gas required exceeds allowance \(40000\)"):
        bridge.chain.rpc("eth_estimateGas", call)


def test_a_priced_call_needs_the_money(chain: LocalChain) -> None:
    poor = "0x" + "77" * 20
    call = {"from": poor, "to": SINK.address, "gas": hex(21_000), "maxFeePerGas": hex(2 * GWEI)}
    with pytest.raises(CallFailed, match=r"err: insufficient funds for gas .* have 0 want 42000000000000"):
        chain.rpc("eth_call", call, "latest")


def test_a_price_below_the_base_fee_is_refused(chain: LocalChain) -> None:
    call = {"from": REQUESTER.address, "to": SINK.address, "gas": hex(21_000), "maxFeePerGas": "0x1"}
    with pytest.raises(CallFailed, match=r"max fee per gas less than block base fee: address .*, maxFeePerGas: 1"):
        chain.rpc("eth_call", call, "latest")


def test_old_states_can_be_read(bridge: Bridge) -> None:
    before = bridge.chain.rpc("eth_blockNumber")
    block_hash = bridge.chain.rpc("eth_getBlockByNumber", before, False)["hash"]
    bridge.request()
    call = {"to": bridge.contract.address, "data": "0x" + bridge.contract.encode("jobCount").hex()}
    counts = [
        int(bridge.chain.rpc("eth_call", call, block), 16)
        for block in (before, {"blockHash": block_hash}, {"blockNumber": before}, "earliest", "latest", "pending")
        if block != "earliest"
    ]
    assert counts == [0, 0, 0, 1, 1]
    assert bridge.chain.rpc("eth_getCode", bridge.contract.address, "earliest") == "0x"


@pytest.mark.parametrize(
    ("method", "params", "message"),
    [
        ("eth_getBalance", ["0x12", "latest"], "hex string has length 2, want 40 for common.Address"),
        ("eth_getBalance", [STRANGER.address], "missing value for required argument 1"),
        ("eth_getBalance", [STRANGER.address, "latest", 1], "too many arguments, want at most 2"),
        ("eth_getBlockByNumber", ["0x01", False], "hex number with leading zero digits"),
        ("eth_getBlockByNumber", ["0x", False], 'hex string "0x"'),
        ("eth_getBlockByNumber", ["0x1"], "missing value for required argument 1"),
        ("eth_getBlockByNumber", ["0x1", 1], "cannot unmarshal number into Go value of type bool"),
        ("eth_getBlockByHash", ["0x12", False], "hex string has length 2, want 64 for common.Hash"),
        ("eth_getTransactionReceipt", [5], "cannot unmarshal non-string into Go value of type common.Hash"),
        ("eth_getLogs", [{"topics": ["0x12"]}], "hex has invalid length 1 after decoding; expected 32 for topic"),
        ("eth_getLogs", [{"topics": [None] * 5}], "exceed max topics"),
        ("eth_getLogs", [{"blockHash": "0x" + "11" * 32, "toBlock": "0x1"}], "cannot specify both BlockHash"),
        ("eth_getLogs", [{"toBlock": "pending"}], "pending logs are not supported"),
        ("eth_getLogs", [{"fromBlock": "0x5"}], "invalid block range params"),
        ("eth_call", ["latest"], "cannot unmarshal string into Go value of type ethapi.TransactionArgs"),
    ],
)
def test_bad_parameters_are_refused(chain: LocalChain, method: str, params: list, message: str) -> None:
    with pytest.raises(CallFailed, match=message) as failure:
        chain.rpc(method, *params)
    assert failure.value.code == -32602


def test_fees_rise_with_full_blocks(chain: LocalChain) -> None:
    invalid = b"\xfe"  # burns whatever it is given
    chain.client.send(STRANGER.private_key, None, invalid, gas=29_000_000, maxFeePerGas=3 * GWEI)
    history = chain.rpc("eth_feeHistory", "0x2", "latest", [50])
    first, second, following = (int(each, 16) for each in history["baseFeePerGas"])
    assert second < first and following > second
    assert history["gasUsedRatio"] == [0, pytest.approx(29 / 30)]
    assert history["reward"] == [["0x0"], [hex(GWEI)]]
    assert chain.rpc("eth_feeHistory", 1, "latest", [])["oldestBlock"] == "0x1"


def test_logs_are_found_by_position_of_their_topics(bridge: Bridge) -> None:
    first, second = bridge.request(), bridge.request()
    topic = "0x3dae992765f79f435d3e35f031e83c46858735dc3d51e8a240e18b602f872561"

    def found(*topics: object) -> list[int]:
        logs = bridge.chain.rpc("eth_getLogs", {"fromBlock": "0x0", "topics": list(topics)})
        return [int(log["topics"][1], 16) for log in logs]

    def word(number: int) -> str:
        return "0x" + number.to_bytes(32, "big").hex()

    assert found(topic) == [first, second]
    assert found(None, word(second)) == [second]
    assert found([topic, word(9)], [word(first), word(second)]) == [first, second]
    assert found([], None, None) == [first, second]
    assert found(None, None, None, None) == []
