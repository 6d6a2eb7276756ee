"""The JSON files in `abi/` are what the sources there compile to."""

import re

from eth_utils import keccak

from artifacts import ABI_FOLDER, load_artifact
from compile_contracts import stale_artifacts

# All that a caller of the contract may rely on.
INTERFACE = {
    "requestJob(string,uint8)",
    "fulfill(uint256,bytes32,uint8,string)",
    "fail(uint256,bytes32,string)",
    "cancel(uint256)",
    "withdraw(uint256,address)",
    "withdrawFulfilled(uint256[],address)",
    "setRelayer(address,bool)",
    "setFee(uint256)",
    "transferOwnership(address)",
    "acceptOwnership()",
    "jobCount()",
    "job(uint256)",
    "fee()",
    "callbackGas()",
    "cancelAfter()",
    "isRelayer(address)",
    "owner()",
    "pendingOwner()",
}
EVENTS = {
    "BacalhauJobRequested(uint256 indexed,address indexed,string,uint8)",
    "BacalhauJobFulfilled(uint256 indexed,address indexed,uint8,string,bool)",
    "BacalhauJobFailed(uint256 indexed,address indexed,string,bool)",
    "BacalhauJobCancelled(uint256 indexed,address indexed)",
}


def signatures(kind: str) -> set[str]:
    def field(each: dict) -> str:
        return each["type"] + (" indexed" if each.get("indexed") else "")

    return {
        f"{entry['name']}({','.join(map(field, entry['inputs']))})"
        for entry in load_artifact("JobBridge").abi
        if entry["type"] == kind
    }


def test_files_are_current() -> None:
    assert stale_artifacts() == []


def test_bridge_has_exactly_its_interface() -> None:
    assert signatures("function") == INTERFACE
    assert signatures("event") == EVENTS


def test_topic_of_a_request_is_the_published_one() -> None:
    topic = keccak(text="BacalhauJobRequested(uint256,address,string,uint8)").hex()
    assert topic == "3dae992765f79f435d3e35f031e83c46858735dc3d51e8a240e18b602f872561"


def test_job_answers_with_the_fields_in_order() -> None:
    entry = next(each for each in load_artifact("JobBridge").abi if each.get("name") == "job")
    fields = [(each["name"], each["type"]) for each in entry["outputs"][0]["components"]]
    assert fields == [
        ("requester", "address"),
        ("resultType", "uint8"),
        ("state", "uint8"),
        ("requestHash", "bytes32"),
        ("requestedAt", "uint256"),
        ("paid", "uint256"),
    ]


def test_example_is_short_enough_to_copy() -> None:
    source = (ABI_FOLDER / "ExampleClient.vy").read_text()
    code = [line for line in re.sub(r'"""(.|\n)*?"""', "", source).splitlines() if line.strip() and line[0] != "#"]
    assert len(code) <= 40
