"""`eth_call` and `eth_estimateGas`: a transaction that is executed and forgotten."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from eth.vm.spoof import SpoofTransaction
from eth_typing import Address
from eth_utils import to_checksum_address

from . import gas, reverts
from .decoding import BUILDER
from .errors import RpcError
from .evm import Evm
from .model import Block

# geth's --rpc.gascap.
GAS_CAP = 50_000_000
# How exact an estimate is: geth stops when the bounds are within this ratio.
ESTIMATE_ERROR_RATIO = 0.015
CALL_STIPEND = 2_300


@dataclass(frozen=True, slots=True)
class Call:
    """What is to be executed. Without a price nothing is charged for gas."""

    sender: bytes = b"\0" * 20
    to: bytes = b""
    data: bytes = b""
    value: int = 0
    gas: int | None = None
    fee_cap: int | None = None
    tip_cap: int | None = None


@dataclass(frozen=True, slots=True)
class Outcome:
    """What an execution came to: `error` is py-evm's own, `gas_used` counts no refund but EIP-7623's floor."""

    output: bytes
    error: Any
    gas_used: int


class _Refused(Exception):
    """Not executed at all."""

    def __init__(self, message: str, too_little_gas: bool = False) -> None:
        super().__init__(message)
        self.too_little_gas = too_little_gas


class Executor:
    """Runs calls on the state after a block, with that block's context."""

    def __init__(self, evm: Evm) -> None:
        self._evm = evm
        self._warm: dict[bool, tuple[Block, Any]] = {}

    def call(self, call: Call, block: Block) -> bytes:
        """The output; raises `RpcError` where it fails, with the revert data."""
        limit = min(call.gas or GAS_CAP, GAS_CAP)
        try:
            outcome = self._run(call, block, limit)
        except _Refused as refusal:
            raise RpcError(f"err: {refusal} (supplied gas {limit})") from refusal
        if outcome.error is not None:
            raise reverts.failure(outcome.error)
        return outcome.output

    def estimate(self, call: Call, block: Block) -> int:
        """A gas limit with which the call succeeds, at most 1.5 % above the least one."""
        limit = self._estimate_limit(call, block)
        is_transfer = not call.data and call.to and not self._state(block, call).get_code(call.to)
        if is_transfer and limit >= gas.TX_GAS and self._succeeds(call, block, gas.TX_GAS):
            return gas.TX_GAS
        outcome = self._first_run(call, block, limit)
        low, high = outcome.gas_used - 1, limit
        optimistic = (outcome.gas_used + CALL_STIPEND) * 64 // 63
        if optimistic < high:
            if self._succeeds(call, block, optimistic):
                high = optimistic
            else:
                low = optimistic
        while low + 1 < high and (high - low) / high >= ESTIMATE_ERROR_RATIO:
            middle = min((high + low) // 2, low * 2)
            if self._succeeds(call, block, middle):
                high = middle
            else:
                low = middle
        return high

    def _estimate_limit(self, call: Call, block: Block) -> int:
        limit = call.gas if call.gas and call.gas >= gas.TX_GAS else block.header.gas_limit
        if call.fee_cap:
            balance = self._state(block, call).get_balance(call.sender)
            if call.value > balance:
                raise RpcError("insufficient funds for transfer")
            limit = min(limit, (balance - call.value) // call.fee_cap)
        return min(limit, GAS_CAP)

    def _first_run(self, call: Call, block: Block, limit: int) -> Outcome:
        try:
            outcome = self._run(call, block, limit)
        except _Refused as refusal:
            if refusal.too_little_gas:
                raise RpcError(f"gas required exceeds allowance ({limit})") from refusal
            raise RpcError(f"failed with {limit} gas: {refusal}") from refusal
        if outcome.error is None:
            return outcome
        if reverts.is_out_of_gas(outcome.error):
            raise RpcError(f"gas required exceeds allowance ({limit})")
        raise reverts.failure(outcome.error)

    def _succeeds(self, call: Call, block: Block, limit: int) -> bool:
        try:
            return self._run(call, block, limit).error is None
        except _Refused:
            return False

    def _run(self, call: Call, block: Block, limit: int) -> Outcome:
        state = self._state(block, call)
        _check(call, state, block, limit)
        base_fee = state.execution_context.base_fee_per_gas
        transaction = BUILDER.new_unsigned_dynamic_fee_transaction(
            chain_id=self._evm.chain_id,
            nonce=state.get_nonce(call.sender),
            max_priority_fee_per_gas=min(call.tip_cap or 0, call.fee_cap or 0),
            max_fee_per_gas=max(base_fee, call.fee_cap or 0),
            gas=limit,
            to=Address(call.to),
            value=call.value,
            data=call.data,
            access_list=(),
        )
        before = state.snapshot()
        try:
            computation = state.apply_transaction(SpoofTransaction(transaction, from_=call.sender))
            used = limit - computation.get_gas_remaining()
        finally:
            state.revert(before)
        error = computation.error if computation.is_error else None
        return Outcome(computation.output, error, max(used, gas.floor_gas(call.data)))

    def _state(self, block: Block, call: Call) -> Any:
        """The state after `block`, kept warm for the last one asked; as in geth, no price means no base fee."""
        priced = bool(call.fee_cap)
        kept = self._warm.get(priced)
        if kept is None or kept[0] is not block:
            header = block.header if priced else block.header.copy(base_fee_per_gas=0)
            kept = self._warm[priced] = (block, self._evm.vm(header).state)
        return kept[1]


def _check(call: Call, state: Any, block: Block, limit: int) -> None:
    if call.fee_cap and call.fee_cap < block.base_fee:
        raise _Refused(
            f"max fee per gas less than block base fee: address {to_checksum_address(call.sender)}, "
            f"maxFeePerGas: {call.fee_cap}, baseFee: {block.base_fee}"
        )
    needed = limit * (call.fee_cap or 0) + call.value
    balance = state.get_balance(call.sender)
    if balance < needed:
        raise _Refused(
            f"insufficient funds for gas * price + value: address {to_checksum_address(call.sender)} "
            f"have {balance} want {needed}"
        )
    intrinsic = gas.intrinsic_gas(call.data, not call.to)
    if limit < intrinsic:
        raise _Refused(f"intrinsic gas too low: have {limit}, want {intrinsic}", too_little_gas=True)
    floor = gas.floor_gas(call.data)
    if limit < floor:
        raise _Refused(f"insufficient gas for floor data gas cost: have {limit}, want {floor}", too_little_gas=True)
