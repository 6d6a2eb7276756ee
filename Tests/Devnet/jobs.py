"""Job specs as they stand on chain: one task of Bacalhau's v1 job model, with a small WASM program inside.

`python Tests/Devnet/jobs.py NAME [ARGUMENT]` prints one; `--list` names them, `--write` renews `fixtures/specs`.
The programs are written in WAT, in `jobs/`; `<<name>>` there is filled in here.
"""

from __future__ import annotations

import base64
import json
import re
import sys
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from wasmtime import wat2wasm

HERE = Path(__file__).resolve().parent
SOURCES = HERE / "jobs"
SPECS = HERE / "fixtures" / "specs"
TARGET = "/main.wasm"
_PAGE = 65536

Values = dict[str, int | bytes]


@dataclass(frozen=True)
class Kind:
    """A kind of job: its program, what an argument changes in it, and its task's further keys."""

    about: str
    source: str
    default: str
    values: Callable[[str], Values]
    task: dict[str, Any]
    parameters: Callable[[str], list[str]] = lambda argument: []


def _text(stream: int) -> Callable[[str], Values]:
    def values(argument: str) -> Values:
        text = argument.encode() + b"\n"
        return {"text": text, "length": len(text), "stream": stream, "code": 0}

    return values


def _invalid(argument: str) -> Values:
    text = bytes.fromhex(argument)
    return {"text": text, "length": len(text), "stream": 1, "code": 0}


def _nothing(argument: str) -> Values:
    return {}


def _number(name: str, scale: int = 1) -> Callable[[str], Values]:
    return lambda argument: {name: int(argument) * scale}


def _bytes(argument: str) -> Values:
    return {"count": int(argument), "pages": (int(argument) + 16) // _PAGE + 1}


_FILE_TASK = {"Publisher": {"Type": "ipfs"}, "ResultPaths": [{"Name": "outputs", "Path": "/outputs"}]}

KINDS: dict[str, Kind] = {
    "hello": Kind("a text on stdout, exit code 0", "hello", "hello", _text(1), {}),
    "greet": Kind("hello and the task's parameter", "greet", "world", _nothing, {}, lambda argument: [argument]),
    "hex": Kind("hexadecimal digits and a line end on stdout", "hello", "2a", _text(1), {}),
    "stderr": Kind("a text on stderr, exit code 0", "hello", "oops", _text(2), {}),
    "exit": Kind("something on both streams, then this exit code", "both", "3", _number("code"), {}),
    "return": Kind("returns without an exit code", "return", "", _nothing, {}),
    "trap": Kind("writes, then traps", "trap", "", _nothing, {}),
    "writes": Kind("as many writes of one line each", "writes", "3", _number("count"), {}),
    "bytes": Kind("as many bytes on stdout, in one write", "bytes", "2048", _bytes, {}),
    "busy": Kind("works for as many milliseconds", "busy", "100", _number("nanoseconds", 10**6), {}),
    "sleep": Kind("sleeps for as many milliseconds", "sleep", "100", _number("nanoseconds", 10**6), {}),
    "spin": Kind("never ends; stopped after as many seconds", "spin", "2", _nothing, {}),
    "invalid": Kind("bytes on stdout (hex) that are no UTF-8", "hello", "61ff62c328", _invalid, {}),
    "file": Kind("a file in a result folder, published", "file", "", _nothing, _FILE_TASK),
}

# What is written out for the tests: file name, kind, argument.
WRITTEN: dict[str, tuple[str, str | None]] = {
    **{name: (name, None) for name in KINDS if name != "bytes"},
    **{f"bytes-{count}": ("bytes", str(count)) for count in (0, 2048, 2049, 8192)},
    "sleep-3000": ("sleep", "3000"),
    "writes-100": ("writes", "100"),
    "exit-200": ("exit", "200"),
}


def module(kind: str, argument: str | None = None) -> bytes:
    """The program, without names and other custom sections."""
    known = KINDS[kind]
    values = known.values(known.default if argument is None else argument)
    source = (SOURCES / f"{known.source}.wat").read_text()
    return _stripped(bytes(wat2wasm(re.sub(r"<<(\w+)(:\w+)?>>", lambda found: _filled(values, found), source))))


def task(kind: str, argument: str | None = None) -> dict[str, Any]:
    """The task that stands on chain."""
    known = KINDS[kind]
    given = known.default if argument is None else argument
    encoded = base64.b64encode(module(kind, argument)).decode()
    parameters = known.parameters(given)
    timeouts = {"Timeouts": {"TotalTimeout": int(given)}} if kind == "spin" else {}
    return {
        "Engine": {
            "Type": "wasm",
            "Params": {
                "EntryModule": TARGET,
                "Entrypoint": "_start",
                **({"Parameters": parameters} if parameters else {}),
            },
        },
        "InputSources": [
            {
                "Source": {"Type": "inline", "Params": {"URL": f"data:application/wasm;base64,{encoded}"}},
                "Target": TARGET,
            }
        ],
        **known.task,
        **timeouts,
    }


def spec(kind: str, argument: str | None = None) -> str:
    """The task as compact JSON."""
    return json.dumps(task(kind, argument), separators=(",", ":"), ensure_ascii=False)


def job(name: str, kind: str, argument: str | None = None, **changes: Any) -> dict[str, Any]:
    """A whole job around the task, as a relayer submits it; `changes` replace keys of the task."""
    resources = {"CPU": "0.1", "Memory": "100mb"}
    defaults = {"Name": "main", "Network": {"Type": "None"}, "Resources": resources}
    return {
        "Name": name,
        "Namespace": "lilypad",
        "Type": "batch",
        "Count": 1,
        "Labels": {"lilypad": "v1"},
        "Tasks": [{**defaults, "Timeouts": {"TotalTimeout": 60}, **task(kind, argument), **changes}],
    }


def _filled(values: Values, found: re.Match[str]) -> str:
    value, form = values[found[1]], found[2]
    if form == ":word" and isinstance(value, int):
        value = value.to_bytes(4, "little")
    if isinstance(value, bytes):
        return "".join(f"\\{byte:02x}" for byte in value)
    return str(value)


def _stripped(binary: bytes) -> bytes:
    kept, position = bytearray(binary[:8]), 8
    while position < len(binary):
        size, start = _leb(binary, position + 1)
        if binary[position] != 0:
            kept += binary[position : start + size]
        position = start + size
    return bytes(kept)


def _leb(binary: bytes, position: int) -> tuple[int, int]:
    value = shift = 0
    while True:
        byte = binary[position]
        value, shift, position = value | (byte & 127) << shift, shift + 7, position + 1
        if byte < 128:
            return value, position


def write() -> None:
    """Renews the files of `fixtures/specs`."""
    SPECS.mkdir(parents=True, exist_ok=True)
    for name, (kind, argument) in WRITTEN.items():
        (SPECS / f"{name}.json").write_text(spec(kind, argument))


def main(arguments: list[str]) -> int:
    if arguments == ["--write"]:
        write()
    elif arguments == ["--list"]:
        print("\n".join(f"{name:8} {kind.about} [{kind.default}]" for name, kind in KINDS.items()))
    elif arguments and arguments[0] in KINDS and len(arguments) <= 2:
        print(spec(*arguments))
    else:
        print(f"usage: jobs.py NAME [ARGUMENT] | --list | --write\nnames: {' '.join(KINDS)}", file=sys.stderr)
        return 2
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
