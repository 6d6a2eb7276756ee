"""Makes what the tests of the built-in bindings of Lilypad's contracts are compared with, by other people's code.

    bindings.py abi        writes abi/lilypad-*.json from the declarations below
    bindings.py vectors    writes Tests/RelayCoreTests/Vectors/lilypad.json: logs and calldata by eth-abi

The declarations are those of the contracts' sources, in the words of Solidity.
"""

import json
import random
import re
import sys
from pathlib import Path
from typing import Any

from eth_abi import encode
from eth_utils import keccak

ROOT = Path(__file__).resolve().parents[3]

JOB = "(address requestor, uint256 id, string spec, uint8 resultType) job"
RESULT = "(address requestor, uint256 id, bool success, string result, uint8 resultType) result"
ROLE = "function hasRole(bytes32 role, address account) view returns (bool)"

DECLARATIONS = {
    "lilypad-v0-a": [
        "event NewBacalhauJobSubmitted(address from, string indexed jobName, string params)",
        "function returnResults(address to, string jobID, string ipfsID)",
    ],
    "lilypad-v0-b": [
        "event NewBacalhauJobSubmitted(address indexed requestorContract, uint256 jobId, string jobName, string params)",
        "event BacalhauJobResultsReturned(address requestorContract, uint256 jobId, string jobName, string results)",
        "function returnBacalhauResults(address _to, uint256 _jobId, string _jobName, string _ipfsResult)",
    ],
    "lilypad-v0-b-upgradeable": [
        "event NewBacalhauJobSubmitted(address indexed requestorContract, uint256 indexed jobId, string jobName, string params)",
        "function returnBacalhauResults(address _to, uint256 _jobId, string _jobName, string _ipfsResult)",
        "function returnBacalhauError(address _to, uint256 _jobId, string _jobName, string _errorMsg)",
        ROLE,
    ],
    "lilypad-v0-c": [
        "event NewBacalhauJobSubmitted(address indexed requestorContract, uint256 id, string spec)",
        "event BacalhauJobResultsReturned(address requestorContract, uint256 jobId, string results)",
        "function returnBacalhauResults(address _to, uint256 _jobId, string _result)",
    ],
    "lilypad-v0-d": [
        "event NewBacalhauJobSubmitted(address indexed requestorContract, uint256 id, string spec, uint8 resultType)",
        "event BacalhauJobResultsReturned(address requestorContract, uint256 jobId, string results)",
        "function returnBacalhauResults(address _to, uint256 _jobId, uint8 _resultType, string _result)",
    ],
    "lilypad-v0-e": [
        f"event NewBacalhauJobSubmitted({JOB})",
        f"event BacalhauJobResultsReturned({RESULT})",
        "function returnBacalhauResults(address _to, uint256 _jobId, uint8 _resultType, string _result)",
        "function returnBacalhauError(address _to, uint256 _jobId, string _errorMsg)",
        ROLE,
    ],
    "lilypad-v0-f": [
        f"event NewLilypadJobSubmitted({JOB})",
        f"event LilypadJobResultsReturned({RESULT})",
        "function returnLilypadResults(address _to, uint256 _jobId, uint8 _resultType, string _result)",
        "function returnLilypadError(address _to, uint256 _jobId, string _errorMsg)",
        ROLE,
    ],
    "lilypad-v2": [
        "event JobAdded(uint256 id, address calling_contract, address payee, string module, string[] inputs)",
        "function submitResults(uint256 id, string dealId, string dataId)",
    ],
}

Parameter = dict[str, Any]


def parameter(text: str) -> Parameter:
    """One parameter of a declaration; a tuple stands in parentheses."""
    text = text.strip()
    if text.startswith("("):
        inner, name = text[1:].rsplit(")", 1)
        return {"name": name.strip(), "type": "tuple", "components": [parameter(part) for part in inner.split(",")]}
    words = text.split()
    made: Parameter = {"name": words[-1] if len(words) > 1 else "", "type": words[0]}
    if "indexed" in words:
        made["indexed"] = True
    return made


def parameters(text: str) -> list[Parameter]:
    """The parameters of a list, divided where no tuple is open."""
    parts = re.findall(r"(?:\([^()]*\)[^,]*|[^,()]+)(?:,|$)", text)
    return [parameter(part.rstrip(",")) for part in parts if part.strip(", ")]


def entry(declaration: str) -> Parameter:
    kind, rest = declaration.split(" ", 1)
    rest, _, outputs = rest.partition(" returns ")
    name, inside = rest.split("(", 1)
    inputs = parameters(inside[: inside.rindex(")")])
    if kind == "event":
        for one in inputs:
            one.setdefault("indexed", False)
        return {"type": "event", "name": name, "anonymous": False, "inputs": inputs}
    view = "view" if " view" in inside[inside.rindex(")") :] else "nonpayable"
    made = {"type": "function", "name": name, "stateMutability": view, "inputs": inputs}
    made["outputs"] = parameters(outputs[1:-1]) if outputs else []
    return made


def kind_of(one: Parameter) -> str:
    """The type as signatures and eth-abi write it."""
    if one["type"] == "tuple":
        return "(" + ",".join(kind_of(part) for part in one["components"]) + ")"
    return str(one["type"])


def signature(one: Parameter) -> str:
    return one["name"] + "(" + ",".join(kind_of(part) for part in one["inputs"]) + ")"


def abi_files() -> None:
    for name, declarations in DECLARATIONS.items():
        lines = ",\n".join("    " + json.dumps(entry(declaration)) for declaration in declarations)
        text = f'{{\n  "contractName": "{name}",\n  "abi": [\n{lines}\n  ]\n}}\n'
        (ROOT / "abi" / f"{name}.json").write_text(text)


TEXTS = ["", "{}", '{"Engine":"Docker"}', "a" * 31, "b" * 32, "c" * 33, 'quote " and \\ back', "ünïcödé ✓", "0\x00nul"]


def value(chance: random.Random, one: Parameter) -> Any:
    match one["type"]:
        case "tuple":
            return tuple(value(chance, part) for part in one["components"])
        case "address":
            return "0x" + chance.randbytes(20).hex()
        case "uint256":
            return chance.choice((0, 1, 17, 2**64, 2**128, 2**256 - 1, chance.getrandbits(256)))
        case "uint8":
            return chance.choice((0, 1, 2, 3, 9, 255))
        case "bool":
            return chance.random() < 0.5
        case "string":
            return chance.choice(TEXTS)
        case "string[]":
            return [f"k{index}={chance.choice(TEXTS)}" for index in range(chance.randrange(4))]
    raise ValueError(one["type"])


def word(kind: str, given: Any) -> str:
    """A topic: the value in a word, or the hash of what does not fit one."""
    if kind == "string":
        return "0x" + keccak(text=given).hex()
    return "0x" + encode([kind], [given]).hex()


def flat(given: Any) -> Any:
    """Numbers as decimal text, for JSON readers of any width."""
    if isinstance(given, bool):
        return given
    if isinstance(given, int):
        return str(given)
    return [flat(one) for one in given] if isinstance(given, (tuple, list)) else given


def log(event: Parameter, values: list[Any]) -> dict[str, Any]:
    pairs = list(zip(event["inputs"], values, strict=True))
    topics = ["0x" + keccak(text=signature(event)).hex()]
    topics += [word(kind_of(one), given) for one, given in pairs if one["indexed"]]
    rest = [(kind_of(one), given) for one, given in pairs if not one["indexed"]]
    data = encode([kind for kind, _ in rest], [given for _, given in rest])
    return {"topics": topics, "data": "0x" + data.hex(), "values": flat(values)}


def call(function: Parameter, values: list[Any]) -> str:
    selector = keccak(text=signature(function))[:4]
    return "0x" + (selector + encode([kind_of(one) for one in function["inputs"]], values)).hex()


def vectors() -> None:
    chance = random.Random(20230131)
    variants = []
    for name, declarations in DECLARATIONS.items():
        entries = [entry(declaration) for declaration in declarations]
        events = [one for one in entries if one["type"] == "event"]
        functions = [one for one in entries if one["type"] == "function" and one["stateMutability"] != "view"]
        logs = [log(events[0], [value(chance, one) for one in events[0]["inputs"]]) for _ in range(12)]
        outcomes = [log(one, [value(chance, part) for part in one["inputs"]]) for one in events[1:] for _ in range(6)]
        calls = []
        for function in functions:
            for _ in range(6):
                values = [value(chance, part) for part in function["inputs"]]
                calls.append({"function": function["name"], "values": flat(values), "calldata": call(function, values)})
        variants.append({"name": name, "requests": logs, "outcomes": outcomes, "calls": calls})
    path = ROOT / "Tests" / "RelayCoreTests" / "Vectors" / "lilypad.json"
    path.write_text(json.dumps({"variants": variants}, indent=1, ensure_ascii=False) + "\n")


if __name__ == "__main__":
    {"abi": abi_files, "vectors": vectors}[sys.argv[1]]()
