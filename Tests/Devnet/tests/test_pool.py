"""What the pool takes and in what order it is mined, beyond the recorded refusals."""

from __future__ import annotations

import pytest
from eth_account import Account as Signer

from bridge import REQUESTER, SINK, STRANGER
from chain.accounts import Account
from client import GWEI, CallFailed
from conftest import LocalChain


def transfer(chain: LocalChain, account: Account = REQUESTER, nonce: int = 0, **fields: int) -> str:
    gas = fields.pop("gas", 21_000)
    return chain.client.send(account.private_key, SINK.address, value=1, gas=gas, nonce=nonce, **fields)


def manual(chain: LocalChain) -> None:
    chain.rpc("devnet_setInterval", None)


def transactions(chain: LocalChain) -> list[str]:
    return chain.rpc("eth_getBlockByNumber", "latest", False)["transactions"]


def test_mined_bytes_sent_again_have_a_nonce_too_low(chain: LocalChain) -> None:
    raw = chain.client.sign(REQUESTER.private_key, SINK.address, gas=21_000)
    chain.rpc("eth_sendRawTransaction", raw)
    with pytest.raises(CallFailed, match="nonce too low: next nonce 1, tx nonce 0"):
        chain.rpc("eth_sendRawTransaction", raw)


def test_a_gap_waits_for_what_fills_it(chain: LocalChain) -> None:
    late = transfer(chain, nonce=1)
    assert chain.rpc("eth_blockNumber") == "0x0"
    first = transfer(chain, nonce=0)
    assert [chain.rpc("eth_getTransactionReceipt", each)["status"] for each in (first, late)] == ["0x1", "0x1"]


def test_a_fee_cap_below_the_base_fee_waits_for_a_lower_one(chain: LocalChain) -> None:
    chain.rpc("devnet_setBaseFee", 20 * GWEI)
    waiting = transfer(chain, maxFeePerGas=10 * GWEI)
    chain.rpc("devnet_mine", 2)
    assert chain.rpc("eth_getTransactionReceipt", waiting) is None
    chain.rpc("devnet_setBaseFee", hex(5 * GWEI))
    receipt = chain.rpc("eth_getTransactionReceipt", waiting)
    assert int(receipt["effectiveGasPrice"], 16) == 6 * GWEI
    assert int(chain.rpc("eth_getBlockByNumber", "latest", False)["baseFeePerGas"], 16) == 5 * GWEI


def test_a_fixed_base_fee_can_be_given_up(chain: LocalChain) -> None:
    chain.rpc("devnet_setBaseFee", 8 * GWEI)
    chain.rpc("devnet_mine", 1)
    chain.rpc("devnet_setBaseFee", None)
    chain.rpc("devnet_mine", 1)
    assert int(chain.rpc("eth_getBlockByNumber", "latest", False)["baseFeePerGas"], 16) == 7 * GWEI


@pytest.mark.parametrize(
    ("fee_cap", "tip_cap", "taken"),
    [(11, 1.1, True), (11, 1.09, False), (10.99, 1.1, False), (10, 1, False), (22, 1, False)],
)
def test_a_replacement_raises_both_fees_by_a_tenth(
    chain: LocalChain, fee_cap: float, tip_cap: float, taken: bool
) -> None:
    manual(chain)
    old = transfer(chain, maxFeePerGas=10 * GWEI, maxPriorityFeePerGas=GWEI)
    fields = {"maxFeePerGas": int(fee_cap * GWEI), "maxPriorityFeePerGas": int(tip_cap * GWEI), "gas": 22_000}
    if taken:
        new = transfer(chain, **fields)
        assert chain.rpc("eth_getTransactionByHash", old) is None
    else:
        new = old
        with pytest.raises(CallFailed, match="replacement transaction underpriced"):
            transfer(chain, **fields)
    chain.rpc("devnet_mine")
    assert transactions(chain) == [new]


def test_best_tip_is_mined_first_and_nonces_in_order(chain: LocalChain) -> None:
    manual(chain)
    low = [transfer(chain, nonce=each, maxPriorityFeePerGas=GWEI) for each in range(2)]
    high = transfer(chain, STRANGER, maxPriorityFeePerGas=2 * GWEI)
    chain.rpc("devnet_mine", 1)
    assert transactions(chain) == [high, *low]


def test_what_does_not_fit_waits_for_the_next_block(chain: LocalChain) -> None:
    manual(chain)
    sent = [transfer(chain, nonce=each, gas=16_000_000, maxFeePerGas=2 * GWEI) for each in range(2)]
    chain.rpc("devnet_mine", 1)
    assert transactions(chain) == sent  # a block is full by what was used, not by what was allowed
    code = b"\xfe"  # INVALID burns whatever it is given
    burning = [
        chain.client.send(STRANGER.private_key, None, code, gas=16_000_000, nonce=each, maxFeePerGas=2 * GWEI)
        for each in range(1)
    ] + [transfer(chain, nonce=2, gas=16_000_000, maxFeePerGas=2 * GWEI, maxPriorityFeePerGas=GWEI // 2)]
    chain.rpc("devnet_mine", 1)
    assert transactions(chain) == burning[:1]
    chain.rpc("devnet_mine", 1)
    assert transactions(chain) == burning[1:]


def test_queued_costs_count(chain: LocalChain) -> None:
    manual(chain)
    half = 6_000 * 10**18
    chain.client.send(REQUESTER.private_key, SINK.address, value=half, gas=21_000, nonce=0)
    with pytest.raises(CallFailed, match=r"insufficient funds for gas \* price \+ value: balance .* queued cost"):
        chain.client.send(REQUESTER.private_key, SINK.address, value=half, gas=21_000, nonce=1)


def test_calldata_pays_its_floor(chain: LocalChain) -> None:
    data = b"\1" * 1_000
    floor = 21_000 + 40 * len(data)
    with pytest.raises(CallFailed, match=f"floor data gas cost: gas {floor - 1}, minimum needed {floor}"):
        chain.client.send(REQUESTER.private_key, SINK.address, data, gas=floor - 1)
    receipt = chain.client.receipt(chain.client.send(REQUESTER.private_key, SINK.address, data, gas=floor + 5_000))
    assert int(receipt["gasUsed"], 16) == floor
    call = {"from": REQUESTER.address, "to": SINK.address, "data": "0x" + data.hex()}
    assert floor <= int(chain.rpc("eth_estimateGas", call), 16) <= floor * 1.02


def test_a_tip_of_nothing_is_too_low(chain: LocalChain) -> None:
    with pytest.raises(CallFailed, match="transaction gas price below minimum: gas tip cap 0, minimum needed 1"):
        transfer(chain, maxPriorityFeePerGas=0)


@pytest.mark.parametrize(
    ("raw", "message"),
    [
        ("0x02", "typed transaction too short"),
        ("0x03c0", "transaction type not supported"),
        ("0x7fc0", "transaction type not supported"),
        ("0xc0", "rlp: too few elements for types.LegacyTx"),
        ("0x02ff", "rlp:"),
        ("0x" + "ff" * 40, "rlp:"),
        ("0x02" + "cd" + "80" * 13, "rlp: input list has too many elements"),
        ("0x02" + "cc" + "c0" * 12, "rlp:"),
    ],
)
def test_garbage_is_refused(chain: LocalChain, raw: str, message: str) -> None:
    with pytest.raises(CallFailed, match=message):
        chain.rpc("eth_sendRawTransaction", raw)


def old_transaction(**fields: int) -> str:
    transaction = {"nonce": 0, "gasPrice": 3 * GWEI, "gas": 21_000, "to": SINK.address, "value": 1, "data": b""}
    signed = Signer.from_key(REQUESTER.private_key).sign_transaction(transaction | fields)
    return "0x" + bytes(signed.raw_transaction).hex()


def test_old_transactions_without_a_chain_id_are_refused(chain: LocalChain) -> None:
    with pytest.raises(CallFailed, match="only replay-protected"):
        chain.rpc("eth_sendRawTransaction", old_transaction())


def test_old_transactions_with_a_gas_price_are_taken(chain: LocalChain) -> None:
    sent = chain.rpc("eth_sendRawTransaction", old_transaction(chainId=31337))
    found = chain.rpc("eth_getTransactionByHash", sent)
    assert (found["type"], found["gasPrice"], found["from"]) == ("0x0", hex(3 * GWEI), REQUESTER.address.lower())
