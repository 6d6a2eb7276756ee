"""Published files are read as from kubo 0.43: its recorded questions are asked of the stand-in."""

from __future__ import annotations

import hashlib
import json
from typing import Any

import jobs
import pytest
from standin import DEVNET, Client, client_fixture, start_fixture  # noqa: F401

from compute import unixfs

# What the stand-in does not play: other commands of the API.
NOT_PLAYED = ("/ls?", "/dag/stat?", "/files/stat?", "/version")
HELLO = {"Type": "ipfs"}


def recorded() -> list[Any]:
    cases = []
    for name in ("gateway", "api"):
        for step in json.loads((DEVNET / "fixtures" / "kubo" / f"{name}.json").read_text())["steps"]:
            path = step["request"]["path"]
            if not any(part in path for part in NOT_PLAYED):
                cases.append(pytest.param(step, id=f"{step['request']['method']} {path} {step.get('note', '')}"))
    return cases


@pytest.mark.parametrize("step", recorded())
def test_answers_as_kubo_did(client: Client, step: dict[str, Any]) -> None:
    client.run(jobs.job("hello", "hello", Publisher=HELLO))
    request, response = step["request"], step["response"]

    answer = client.call(request["method"], request["path"], headers=request.get("headers"))

    assert answer.status == response["status"], answer.body
    assert answer.headers.get("transfer-encoding") == response["headers"].get("transfer-encoding") or (
        "listing" in step.get("note", "") or answer.status >= 400
    )
    kind = response["headers"]["content-type"].split(";")[0]
    assert answer.headers["content-type"].split(";")[0] == kind
    if kind != "text/html":
        assert answer.body == response["body"]


def test_gives_a_part_of_a_file_and_says_which(client: Client) -> None:
    _, (execution,) = client.run(jobs.job("writes", "writes", "100", Publisher=HELLO))
    path = f"/ipfs/{execution['PublishedResult']['Params']['CID']}"

    part = client.call("GET", f"{path}/stdout", headers={"Range": "bytes=0-9"})
    empty = client.call("GET", f"{path}/stderr", headers={"Range": "bytes=0-9"})

    whole = client.call("GET", f"{path}/stdout").body
    assert (part.status, part.body) == (206, whole[:10])
    assert part.headers["content-range"] == f"bytes 0-9/{len(whole)}"
    assert (empty.status, empty.headers["content-range"]) == (416, "bytes */0")


def test_gives_blocks_over_both(client: Client) -> None:
    """`block/get` is not among what was recorded: kubo's reference says that it gives the raw block."""
    _, (execution,) = client.run(jobs.job("hello", "hello", Publisher=HELLO))
    cid = execution["PublishedResult"]["Params"]["CID"]
    block = client.call("GET", f"/ipfs/{cid}?format=raw")
    assert block.status == 200 and block.headers["content-type"] == "application/vnd.ipld.raw"
    assert unixfs.cid_text(b"\x12\x20" + hashlib.sha256(block.raw).digest()) == cid
    assert client.call("GET", f"/ipfs/{cid}", headers={"Accept": "application/vnd.ipld.raw"}).raw == block.raw
    assert client.call("POST", f"/api/v0/block/get?arg={cid}").raw == block.raw

    missing = "QmYwAPJzv5CZsnA625s3Xf2nemtYgPpHdWEz79ojWnPbdG"
    assert client.call("GET", f"/ipfs/{missing}?format=raw").status == 404
    failed = client.call("POST", f"/api/v0/block/get?arg={missing}")
    assert failed.status == 500 and "could not find" in failed.body["Message"]
    assert client.call("POST", f"/api/v0/block/get?arg={cid}", headers={"Origin": "http://evil.example"}).status == 403
    assert client.call("GET", f"/api/v0/block/get?arg={cid}").status == 405


def test_fails_when_it_is_told_to(client: Client) -> None:
    client.control("fail-next", method="GET", **{"path-prefix": "/ipfs/", "status": 504, "body": "late"})

    assert client.call("GET", "/ipfs/QmYwAPJzv5CZsnA625s3Xf2nemtYgPpHdWEz79ojWnPbdG/stdout").status == 504
