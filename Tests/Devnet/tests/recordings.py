"""What geth answered, and how an answer of ours is held against it."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

FIXTURES = Path(__file__).resolve().parents[1] / "fixtures" / "geth"

# Fields whose values another chain cannot share. Of these only the form is compared: null or not, a quantity or
# bytes of the same length, a list or an object.
OTHER_VALUES = {
    "blockHash",
    "hash of a block",
    "parentHash",
    "stateRoot",
    "transactionsRoot",
    "receiptsRoot",
    "mixHash",
    "extraData",
    "miner",
    "timestamp",
    "blockTimestamp",
    "size",
    "subscription",
    # The recorded chain's first block held another deployment and its gas limit moved, so all later fees differ.
    "gasLimit",
    "gasUsed of a block",
    "gasUsedRatio",
    "baseFeePerGas",
    "effectiveGasPrice",
    "gasPrice of a mined transaction",
}
# The recorded chain is Cancun; the headers of Prague, which we run, have one field more.
OF_A_LATER_FORK = {"requestsHash"}

_CUT = re.compile(r"(.*)… \(\d+ characters\)\Z", re.S)
_NUMBER = re.compile(r"\d+")


def steps(case: str) -> list[dict[str, Any]]:
    return json.loads((FIXTURES / f"{case}.json").read_text())["steps"]


def describe(step: dict[str, Any]) -> str:
    """What a step asks, to name it in a failure."""
    if "request" not in step:
        return step["note"]
    body = step["request"].get("body")
    method = body["method"] if isinstance(body, dict) else step["request"]["method"]
    return f"{method}: {step['note']}" if "note" in step else method


def differences(recorded: Any, ours: Any, path: str = "") -> Iterator[str]:
    """Every place where an answer of ours is not what was recorded."""
    if isinstance(recorded, dict) and isinstance(ours, dict):
        for key in sorted((recorded.keys() | ours.keys()) - OF_A_LATER_FORK):
            if key not in recorded:
                yield f"{path}.{key}: not in the recording"
            elif key not in ours:
                yield f"{path}.{key}: missing"
            elif _name(key, recorded) in OTHER_VALUES:
                yield from _form_differences(recorded[key], ours[key], f"{path}.{key}")
            else:
                yield from differences(recorded[key], ours[key], f"{path}.{key}")
    elif isinstance(recorded, list) and isinstance(ours, list):
        if len(recorded) != len(ours):
            yield f"{path}: {len(ours)} entries, recorded {len(recorded)}"
        for index, (theirs, mine) in enumerate(zip(recorded, ours, strict=False)):
            yield from differences(theirs, mine, f"{path}[{index}]")
    elif not _equal(recorded, ours):
        yield f"{path}: {ours!r}, recorded {recorded!r}"


def form(value: Any) -> Any:
    """What is left of a value when only its form counts."""
    if isinstance(value, str) and re.fullmatch(r"0x([1-9a-f][0-9a-f]*|0)", value) and len(value) < 40:
        return "quantity"
    if isinstance(value, str) and value.startswith("0x"):
        return f"{(len(value) - 2) // 2} bytes"
    return type(value).__name__


def without_numbers(text: str) -> str:
    return _NUMBER.sub("#", text)


def _form_differences(recorded: Any, ours: Any, path: str) -> Iterator[str]:
    if isinstance(recorded, list) and isinstance(ours, list):
        if len(recorded) != len(ours):
            yield f"{path}: {len(ours)} entries, recorded {len(recorded)}"
    elif path.endswith(".extraData"):
        if not isinstance(ours, str):
            yield f"{path}: {ours!r} is no text"
    elif form(recorded) != form(ours):
        yield f"{path}: {form(ours)}, recorded {form(recorded)}"


def _name(key: str, owner: dict[str, Any]) -> str:
    """The name in the table: some keys mean different things in different objects."""
    is_block = "parentHash" in owner
    if key in ("hash", "gasUsed") and is_block:
        return f"{key} of a block"
    if key == "gasPrice" and owner.get("blockHash") is not None:
        return "gasPrice of a mined transaction"
    return key


def _equal(recorded: Any, ours: Any) -> bool:
    cut = _CUT.match(recorded) if isinstance(recorded, str) else None
    if cut is not None:
        return isinstance(ours, str) and ours.startswith(cut[1])
    return recorded == ours and type(recorded) is type(ours)
