"""Transactions that wait to be mined, and geth's reasons to refuse one."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from typing import Any

from . import gas
from .errors import RpcError
from .model import Transaction

MAX_SIZE = 128 * 1024
PRICE_BUMP_PERCENT = 10
FEE_CAP_WEI = 10**18
MIN_TIP = 1


class Mempool:
    """The pool of one chain. `state` gives the state after the head."""

    def __init__(self, chain_id: int, gas_limit: int, state: Callable[[], Any]) -> None:
        self._chain_id = chain_id
        self._gas_limit = gas_limit
        self._state = state
        self._by_sender: dict[bytes, dict[int, Transaction]] = {}
        self._by_hash: dict[bytes, Transaction] = {}
        self._arrivals = 0
        self.on_transaction: list[Callable[[Transaction], None]] = []

    def __len__(self) -> int:
        return len(self._by_hash)

    def get(self, transaction_hash: bytes) -> Transaction | None:
        return self._by_hash.get(transaction_hash)

    def add(self, transaction: Transaction) -> None:
        """Takes a transaction, or raises `RpcError` in the order of geth's checks."""
        _check_fee(transaction)
        if transaction.signed.chain_id is None:
            raise RpcError("only replay-protected (EIP-155) transactions allowed over RPC")
        if transaction.hash in self._by_hash:
            raise RpcError("already known")
        self._check_alone(transaction)
        self._check_against_state(transaction)
        queue = self._by_sender.setdefault(transaction.sender, {})
        replaced = queue.get(transaction.nonce)
        if replaced is not None:
            _check_replacement(replaced, transaction)
            del self._by_hash[replaced.hash]
        self._arrivals += 1
        transaction.arrival = self._arrivals
        queue[transaction.nonce] = transaction
        self._by_hash[transaction.hash] = transaction
        for listener in self.on_transaction:
            listener(transaction)

    def restore(self, transactions: Iterable[Transaction]) -> None:
        """Takes orphaned transactions back, where no other has their place; nobody is told."""
        for transaction in transactions:
            queue = self._by_sender.setdefault(transaction.sender, {})
            if queue.setdefault(transaction.nonce, transaction) is transaction:
                self._by_hash[transaction.hash] = transaction

    def announce(self, transactions: Iterable[Transaction]) -> None:
        """Tells of those that are still waiting, as geth does after a reorg."""
        for transaction in transactions:
            if transaction.hash in self._by_hash:
                for listener in self.on_transaction:
                    listener(transaction)

    def pending_nonce(self, sender: bytes) -> int:
        """The nonce after the sender's last transaction without a gap."""
        nonce = self._state().get_nonce(sender)
        queue = self._by_sender.get(sender, {})
        while nonce in queue:
            nonce += 1
        return nonce

    def counts(self) -> tuple[int, int]:
        """How many could be mined next to each other, and how many wait behind a gap."""
        pending = sum(
            1 for sender, queue in self._by_sender.items() for nonce in queue if nonce < self.pending_nonce(sender)
        )
        return pending, len(self._by_hash) - pending

    def executable(self, base_fee: int, nonce_of: Callable[[bytes], int]) -> list[Transaction]:
        """Each sender's next transaction that pays the base fee, best tip first, then first come."""
        heads = (queue.get(nonce_of(sender)) for sender, queue in self._by_sender.items() if queue)
        ready = [head for head in heads if head is not None and head.fee_cap >= base_fee]
        ready.sort(key=lambda head: (base_fee - head.price(base_fee), head.arrival))
        return ready

    def settle(self) -> None:
        """Drops what the state after a new head has made impossible: nonces used up, costs that nobody can pay."""
        state = self._state()
        for sender, queue in list(self._by_sender.items()):
            nonce, balance = state.get_nonce(sender), state.get_balance(sender)
            for transaction in list(queue.values()):
                if transaction.nonce < nonce or transaction.cost > balance:
                    del queue[transaction.nonce], self._by_hash[transaction.hash]
            if not queue:
                del self._by_sender[sender]

    def _check_alone(self, transaction: Transaction) -> None:
        signed = transaction.signed
        creates = signed.to == b""
        if len(transaction.raw) > MAX_SIZE:
            raise RpcError(f"oversized data: transaction size {len(transaction.raw)}, limit {MAX_SIZE}")
        if creates and len(signed.data) > gas.MAX_INIT_CODE:
            raise RpcError(f"max initcode size exceeded: code size {len(signed.data)} limit {gas.MAX_INIT_CODE}")
        if transaction.gas > self._gas_limit:
            raise RpcError("exceeds block gas limit")
        if transaction.tip_cap > transaction.fee_cap:
            raise RpcError("max priority fee per gas higher than max fee per gas")
        if signed.chain_id != self._chain_id:
            raise RpcError(f"invalid sender: invalid chain id for signer: have {signed.chain_id} want {self._chain_id}")
        needed = gas.intrinsic_gas(signed.data, creates, tuple(signed.access_list))
        if transaction.gas < needed:
            raise RpcError(f"intrinsic gas too low: gas {transaction.gas}, minimum needed {needed}")
        floor = gas.floor_gas(signed.data)
        if transaction.gas < floor:
            raise RpcError(f"insufficient gas for floor data gas cost: gas {transaction.gas}, minimum needed {floor}")
        if transaction.tip_cap < MIN_TIP:
            raise RpcError(
                f"transaction gas price below minimum: gas tip cap {transaction.tip_cap}, minimum needed {MIN_TIP}"
            )

    def _check_against_state(self, transaction: Transaction) -> None:
        state = self._state()
        nonce, balance = state.get_nonce(transaction.sender), state.get_balance(transaction.sender)
        if transaction.nonce < nonce:
            raise RpcError(f"nonce too low: next nonce {nonce}, tx nonce {transaction.nonce}")
        cost = transaction.cost
        if balance < cost:
            raise RpcError(
                "insufficient funds for gas * price + value: "
                f"balance {balance}, tx cost {cost}, overshot {cost - balance}"
            )
        queue = self._by_sender.get(transaction.sender, {})
        queued = sum(other.cost for other in queue.values())
        replaced = queue.get(transaction.nonce)
        if replaced is not None:
            bump = cost - replaced.cost
            if balance < queued + bump:
                raise RpcError(
                    "insufficient funds for gas * price + value: "
                    f"balance {balance}, queued cost {queued}, tx bumped {bump}, overshot {queued + bump - balance}"
                )
        elif balance < queued + cost:
            raise RpcError(
                "insufficient funds for gas * price + value: "
                f"balance {balance}, queued cost {queued}, tx cost {cost}, overshot {queued + cost - balance}"
            )


def _check_fee(transaction: Transaction) -> None:
    fee = transaction.gas * transaction.fee_cap
    if fee > FEE_CAP_WEI:
        raise RpcError(f"tx fee ({fee / 1e18:.2f} ether) exceeds the configured cap ({FEE_CAP_WEI / 1e18:.2f} ether)")


def _check_replacement(old: Transaction, new: Transaction) -> None:
    for before, after in ((old.fee_cap, new.fee_cap), (old.tip_cap, new.tip_cap)):
        if after <= before or after < before * (100 + PRICE_BUMP_PERCENT) // 100:
            raise RpcError("replacement transaction underpriced")
