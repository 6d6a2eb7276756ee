"""Blocks, transactions, receipts and logs as geth writes them."""

from __future__ import annotations

from typing import Any

from ..ledger import Place
from ..model import Block, Log, Transaction

Json = dict[str, Any]


def quantity(number: int) -> str:
    return hex(number)


def data(content: bytes) -> str:
    return "0x" + content.hex()


def head(block: Block) -> Json:
    """A frame of newHeads; the last two are of later forks."""
    return header(block) | {"blockAccessListHash": None, "slotNumber": None}


def header(block: Block) -> Json:
    """What blocks and frames of newHeads share."""
    sealed = block.header
    return {
        "parentHash": data(sealed.parent_hash),
        "sha3Uncles": data(sealed.uncles_hash),
        "miner": data(sealed.coinbase),
        "stateRoot": data(sealed.state_root),
        "transactionsRoot": data(sealed.transaction_root),
        "receiptsRoot": data(sealed.receipt_root),
        "logsBloom": data(sealed.bloom.to_bytes(256, "big")),
        "difficulty": "0x0",
        "number": quantity(block.number),
        "gasLimit": quantity(sealed.gas_limit),
        "gasUsed": quantity(sealed.gas_used),
        "timestamp": quantity(sealed.timestamp),
        "extraData": data(sealed.extra_data),
        "mixHash": data(sealed.mix_hash),
        "nonce": data(sealed.nonce),
        "baseFeePerGas": quantity(sealed.base_fee_per_gas),
        "withdrawalsRoot": data(sealed.withdrawals_root),
        "blobGasUsed": quantity(sealed.blob_gas_used),
        "excessBlobGas": quantity(sealed.excess_blob_gas),
        "parentBeaconBlockRoot": data(sealed.parent_beacon_block_root),
        "requestsHash": data(sealed.requests_hash),
        "hash": data(block.hash),
    }


def block(sealed: Block, full: bool) -> Json:
    """A block with its transactions' hashes, or with the transactions themselves."""
    return header(sealed) | {
        "size": quantity(sealed.size),
        "uncles": [],
        "withdrawals": [],
        "transactions": [
            transaction(each, (sealed, index)) if full else data(each.hash)
            for index, each in enumerate(sealed.transactions)
        ],
    }


def pending_block(draft_header: Any) -> Json:
    """The block being built, empty; it has no hash, no nonce and no miner yet."""
    unsealed = Block(header=draft_header, size=0x23F)
    shape = block(unsealed, False) | {"hash": None, "nonce": None, "miner": None}
    del shape["parentBeaconBlockRoot"]
    return shape


def transaction(each: Transaction, place: Place | None) -> Json:
    """A transaction in a block, or waiting where it has no place yet."""
    signed, (mined, index) = each.signed, place or (None, 0)
    shape: Json = {
        "blockHash": data(mined.hash) if mined else None,
        "blockNumber": quantity(mined.number) if mined else None,
        "blockTimestamp": quantity(mined.timestamp) if mined else None,
        "from": data(each.sender),
        "gas": quantity(each.gas),
        "gasPrice": quantity(each.price(mined.base_fee) if mined else each.fee_cap),
        "hash": data(each.hash),
        "input": data(signed.data),
        "nonce": quantity(each.nonce),
        "to": data(signed.to) if signed.to else None,
        "transactionIndex": quantity(index) if mined else None,
        "value": quantity(signed.value),
        "type": quantity(each.type),
        "r": quantity(signed.r),
        "s": quantity(signed.s),
    }
    if each.type == 0:
        return shape | {"v": quantity(signed.v), "chainId": quantity(signed.chain_id)}
    if each.type == 2:
        shape |= {"maxFeePerGas": quantity(each.fee_cap), "maxPriorityFeePerGas": quantity(each.tip_cap)}
    return shape | {
        "accessList": [
            {"address": data(address), "storageKeys": [data(key.to_bytes(32, "big")) for key in keys]}
            for address, keys in signed.access_list
        ],
        "chainId": quantity(signed.chain_id),
        "v": quantity(signed.y_parity),
        "yParity": quantity(signed.y_parity),
    }


def receipt(sealed: Block, index: int) -> Json:
    each, result = sealed.transactions[index], sealed.receipts[index]
    created = sealed.created[index]
    return {
        "blockHash": data(sealed.hash),
        "blockNumber": quantity(sealed.number),
        "contractAddress": data(created) if created else None,
        "cumulativeGasUsed": quantity(result.gas_used),
        "effectiveGasPrice": quantity(each.price(sealed.base_fee)),
        "from": data(each.sender),
        "gasUsed": quantity(sealed.gas_used[index]),
        "logs": [log(sealed, entry) for entry in sealed.logs if entry.transaction is each],
        "logsBloom": data(result.bloom.to_bytes(256, "big")),
        "status": quantity(int.from_bytes(result.state_root, "big")),
        "to": data(each.signed.to) if each.signed.to else None,
        "transactionHash": data(each.hash),
        "transactionIndex": quantity(index),
        "type": quantity(each.type),
    }


def log(sealed: Block, entry: Log, is_removed: bool = False) -> Json:
    return {
        "address": data(entry.address),
        "topics": [data(topic) for topic in entry.topics],
        "data": data(entry.data),
        "blockNumber": quantity(sealed.number),
        "transactionHash": data(entry.transaction.hash),
        "transactionIndex": quantity(entry.transaction_index),
        "blockHash": data(sealed.hash),
        "blockTimestamp": quantity(sealed.timestamp),
        "logIndex": quantity(entry.index),
        "removed": is_removed,
    }
