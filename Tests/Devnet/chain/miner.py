"""Blocks: what the pool holds, executed and sealed."""

from __future__ import annotations

import time
from collections.abc import Sequence
from typing import Any

from eth._utils.address import generate_contract_address
from eth.db.trie import make_trie_root_and_nodes
from eth_typing import Address
from eth_utils import ValidationError
from rlp import encode

from .errors import RpcError
from .evm import Evm
from .ledger import Ledger
from .mempool import Mempool
from .model import Block, Log, Transaction


class Miner:
    """Builds blocks. `fixed_base_fee` overrides EIP-1559 while it is set.

    `null_rounds` is how many numbers the next block leaves out, as Filecoin's does after epochs without a block.
    """

    def __init__(self, evm: Evm, ledger: Ledger, pool: Mempool) -> None:
        self._evm, self._ledger, self._pool = evm, ledger, pool
        self.fixed_base_fee: int | None = None
        self.null_rounds = 0

    def next_base_fee(self, parent: Block) -> int:
        """The base fee of the block that comes after `parent`."""
        return self._evm.next_header(parent, parent.timestamp + 1, self.fixed_base_fee).base_fee_per_gas

    def has_work(self) -> bool:
        """Whether a block mined now would hold a transaction."""
        head = self._ledger.head
        state = self._evm.vm(head.header).state
        return bool(self._pool.executable(self.next_base_fee(head), state.get_nonce))

    def mine(self, timestamp: int | None = None, credit: tuple[bytes, int] | None = None) -> Block:
        """Seals one block on the head. `credit` adds wei to an account, as a withdrawal of the beacon chain does."""
        block = self.build(self._ledger.head, timestamp, credit)
        self._ledger.append(block)
        return block

    def build(
        self,
        parent: Block,
        timestamp: int | None = None,
        credit: tuple[bytes, int] | None = None,
        transactions: Sequence[Transaction] | None = None,
    ) -> Block:
        """Seals a block on `parent` without making it the head; without a list of transactions the pool's best."""
        when = max(parent.timestamp + 1, int(time.time()) if timestamp is None else timestamp)
        header = self._evm.next_header(parent, when, self.fixed_base_fee)
        draft = _Draft(self._evm, header.copy(block_number=header.block_number + self.null_rounds))
        if transactions is None:
            draft.fill(self._pool)
        else:
            draft.take(transactions)
        self.null_rounds = 0
        if credit is not None:
            draft.vm.state.delta_balance(*credit)
        block = draft.seal()
        self._evm.remember(block.header)
        return block


class _Draft:
    """A block being built."""

    def __init__(self, evm: Evm, header: Any) -> None:
        self.vm = evm.vm(header)
        self._header = header
        self._block = Block(header=header)

    def fill(self, pool: Mempool) -> None:
        """Takes the best transactions until nothing more fits or pays."""
        refused: set[bytes] = set()
        base_fee = self._header.base_fee_per_gas
        while True:
            ready = pool.executable(base_fee, self.vm.state.get_nonce)
            ready = [transaction for transaction in ready if transaction.hash not in refused]
            if not ready:
                return
            for transaction in ready:
                try:
                    self._apply(transaction)
                except ValidationError:  # does not fit into what is left of the block
                    refused.add(transaction.hash)

    def take(self, transactions: Sequence[Transaction]) -> None:
        """Takes exactly these; raises `RpcError` where one cannot be executed."""
        for transaction in transactions:
            try:
                self._apply(transaction)
            except ValidationError as error:
                raise RpcError(f"0x{transaction.hash.hex()} cannot be mined there: {error}") from error

    def _apply(self, transaction: Transaction) -> None:
        before = self._header.gas_used
        receipt, _ = self.vm.apply_transaction(self._header, transaction.signed)
        self._header = self.vm.add_receipt_to_header(self._header, receipt)
        block = self._block
        block.transactions.append(transaction)
        block.receipts.append(receipt)
        block.gas_used.append(receipt.gas_used - before)
        creates = transaction.signed.to == b""
        block.created.append(
            generate_contract_address(Address(transaction.sender), transaction.nonce) if creates else None
        )
        for log in receipt.logs:
            topics = tuple(topic.to_bytes(32, "big") for topic in log.topics)
            place = len(block.transactions) - 1
            block.logs.append(Log(log.address, topics, log.data, transaction, place, len(block.logs)))

    def seal(self) -> Block:
        block = self._block
        self.vm.state.persist()
        transaction_root, _ = make_trie_root_and_nodes(tuple(each.signed for each in block.transactions))
        receipt_root, _ = make_trie_root_and_nodes(tuple(block.receipts))
        block.header = self._header.copy(
            transaction_root=transaction_root, receipt_root=receipt_root, state_root=self.vm.state.state_root
        )
        block.hash = block.header.hash
        block.size = len(encode(block.header)) + sum(len(each.raw) + 3 for each in block.transactions) + 6
        return block
