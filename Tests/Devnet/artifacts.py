"""Compiled contracts: the JSON files in `abi/`."""

from __future__ import annotations

import json
from dataclasses import dataclass
from pathlib import Path
from typing import Any

ABI_FOLDER = Path(__file__).resolve().parents[2] / "abi"


@dataclass(frozen=True, slots=True)
class Artifact:
    """What a contract compiles to; `deployed_bytecode` lacks the immutables, which the constructor appends."""

    name: str
    abi: list[dict[str, Any]]
    bytecode: str
    deployed_bytecode: str
    compiler: dict[str, str]

    def as_json(self) -> str:
        """The text of the file in `abi/`: one function or event a line, so that a change can be read."""
        lines = ",\n".join("    " + json.dumps(entry, separators=(", ", ": ")) for entry in self.abi)
        return (
            "{\n"
            f'  "contractName": {json.dumps(self.name)},\n'
            f'  "compiler": {json.dumps(self.compiler)},\n'
            f'  "abi": [\n{lines}\n  ],\n'
            f'  "bytecode": {json.dumps(self.bytecode)},\n'
            f'  "deployedBytecode": {json.dumps(self.deployed_bytecode)}\n'
            "}\n"
        )


def load_artifact(name: str) -> Artifact:
    """Reads `abi/<name>.json`; needs no compiler."""
    content = json.loads((ABI_FOLDER / f"{name}.json").read_text())
    return Artifact(
        content["contractName"], content["abi"], content["bytecode"], content["deployedBytecode"], content["compiler"]
    )
