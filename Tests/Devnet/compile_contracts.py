"""Compiles the contracts in `abi/` to the JSON files beside their sources.

`compile_contracts.py` writes `abi/<Name>.json`; with `--check` it writes nothing and exits with 1 where a file is not
what its source compiles to. Test contracts (`contracts/*.vy`) are compiled when a test asks for them: `--print NAME`
writes one to standard output, in the form of the files in `abi/`.
"""

from __future__ import annotations

import argparse
import re
import sys
from pathlib import Path

from vyper import __version__ as VYPER_VERSION
from vyper.compiler import compile_code
from vyper.compiler.input_bundle import FilesystemInputBundle

from artifacts import ABI_FOLDER, Artifact

TEST_CONTRACTS = Path(__file__).resolve().parent / "contracts"
EVM_VERSION = re.compile(r"^# pragma evm-version (\w+)$", re.MULTILINE)


def compile_contract(source: Path) -> Artifact:
    """Compiles one Vyper file; contracts of `abi/` can be imported by their names."""
    text = source.read_text()
    version = EVM_VERSION.search(text)
    if version is None:
        raise ValueError(f"{source}: names no evm-version, so its bytecode would hang on the compiler's default")
    output = compile_code(
        text,
        contract_path=source.name,
        output_formats=["abi", "bytecode", "bytecode_runtime"],
        input_bundle=FilesystemInputBundle([ABI_FOLDER]),
    )
    compiler = {"name": "vyper", "version": VYPER_VERSION, "evmVersion": version[1]}
    return Artifact(source.stem, output["abi"], output["bytecode"], output["bytecode_runtime"], compiler)


def stale_artifacts() -> list[Path]:
    """The JSON files that are missing or differ from what their sources compile to."""
    stale = []
    for source in sorted(ABI_FOLDER.glob("*.vy")):
        target = source.with_suffix(".json")
        if not target.exists() or target.read_text() != compile_contract(source).as_json():
            stale.append(target)
    return stale


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--check", action="store_true", help="write nothing; exit with 1 where a file is not current")
    parser.add_argument("--print", metavar="NAME", help="only print this test contract, compiled")
    options = parser.parse_args()
    if options.print:
        print(compile_contract(TEST_CONTRACTS / f"{options.print}.vy").as_json(), end="")
        return 0
    if options.check:
        stale = stale_artifacts()
        for path in stale:
            print(f"{path}: not what its source compiles to; run `make abi`", file=sys.stderr)
        return 1 if stale else 0
    for source in sorted(ABI_FOLDER.glob("*.vy")):
        source.with_suffix(".json").write_text(compile_contract(source).as_json())
        print(source.with_suffix(".json"))
    return 0


if __name__ == "__main__":
    sys.exit(main())
