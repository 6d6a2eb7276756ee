"""A local Ethereum chain that answers JSON-RPC as geth does, for tests and for dapp authors.

py-evm executes transactions and gives state roots, receipts and header hashes. What a node adds around an EVM is here,
one concept a file:

    model.py       transactions, logs and blocks as the others see them
    decoding.py    raw transactions; gas.py: what one must carry at least
    evm.py         py-evm: genesis, state after a block, headers
    mempool.py     which transactions are taken, with geth's refusals
    ledger.py      all blocks and which of them are canonical; view.py: what one node sees of them
    finality.py    where safe and finalized point
    miner.py       blocks out of the pool; pace.py: when; reorg.py: a rival branch
    execution.py   eth_call and eth_estimateGas; reverts.py: why a call failed
    node.py        the parts put together; several nodes share a chain
    rpc/           JSON-RPC: parameters, shapes, methods, subscriptions, faults on demand
    server.py      HTTP and WebSocket; __main__.py: the command
"""

import os

# Six times faster than the default back end; read when eth_hash is first imported.
os.environ.setdefault("ETH_HASH_BACKEND", "pysha3")
