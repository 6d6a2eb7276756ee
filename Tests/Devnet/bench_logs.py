"""A canned node for `bench.py`: answers eth_getLogs with a request a block, at once, and what else a client asks first.

Prints where it listens on a line of JSON; ends with its standard input.
"""

from __future__ import annotations

import json
import sys
import threading
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import ClassVar

from eth_abi import encode
from eth_utils import keccak

CONTRACT = "0x5fbdb2315678afecb367f032d93f642f64180aa3"
REQUESTER = "0x" + "00" * 12 + "3c44cdddb6a900fa2b585dd299e03d12fa4293bc"
TOPIC = "0x" + keccak(text="BacalhauJobRequested(uint256,address,string,uint8)").hex()
SPEC_BYTES = 615
HEAD = 1_000_000


def log(block: int) -> dict:
    text = json.dumps({"Engine": {"Type": "wasm"}, "number": block, "filler": ""})
    spec = text[:-2] + "x" * (SPEC_BYTES - len(text)) + '"}'
    return {
        "address": CONTRACT,
        "topics": [TOPIC, f"0x{block:064x}", REQUESTER],
        "data": "0x" + encode(["string", "uint8"], [spec, 1]).hex(),
        "blockNumber": hex(block),
        "transactionHash": f"0x{block + 1:064x}",
        "transactionIndex": "0x0",
        "blockHash": f"0x{block + 2:064x}",
        "logIndex": "0x0",
        "removed": False,
    }


class Node(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    ranges: ClassVar[dict[tuple[int, int], bytes]] = {}

    def do_POST(self) -> None:
        call = json.loads(self.rfile.read(int(self.headers["Content-Length"])))
        body = b'{"jsonrpc":"2.0","id":' + json.dumps(call["id"]).encode() + b',"result":' + self.result(call) + b"}"
        self.send_response(200)
        self.send_header("Content-Type", "application/json")
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def result(self, call: dict) -> bytes:
        if call["method"] != "eth_getLogs":
            return json.dumps({"eth_chainId": "0x1", "eth_blockNumber": hex(HEAD)}.get(call["method"])).encode()
        question = call["params"][0]
        span = int(question["fromBlock"], 16), int(question["toBlock"], 16)
        if span not in self.ranges:
            self.ranges[span] = json.dumps([log(block) for block in range(span[0], span[1] + 1)]).encode()
        return self.ranges[span]

    def log_message(self, *_: object) -> None:
        """Says nothing."""


def main() -> None:
    server = ThreadingHTTPServer(("127.0.0.1", 0), Node)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    print(
        json.dumps({"ready": True, "rpc": f"http://127.0.0.1:{server.server_port}", "contract": CONTRACT}), flush=True
    )
    sys.stdin.read()


if __name__ == "__main__":
    main()
