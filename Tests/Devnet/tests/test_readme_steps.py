"""Somebody follows the README, line by line, on a devnet: what stands there is what is typed."""

from __future__ import annotations

import json
import os
import pty
import re
import subprocess
import time
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path

import pytest

from artifacts import load_artifact
from client import Client, Contract, HttpRpc
from demo import BINARY, spec
from devnet import DEPLOYER, REQUESTER, Devnet, parser, start

README = (Path(__file__).resolve().parents[3] / "README.md").read_text()
SECTION = README.partition("## Point it at your contract")[2].partition("\n## ")[0]
STEPS = re.findall(r"^ *```sh\n(.*?)^ *```$", SECTION, re.MULTILINE | re.DOTALL)
EXAMPLE = re.findall(r"^```json\n(.*?)^```$", README, re.MULTILINE | re.DOTALL)[0]
SECONDS = 60

pytestmark = pytest.mark.skipif(
    not BINARY.exists(), reason="the relayer is not built: swift build --product lilypad-relayer"
)


@pytest.fixture(scope="module")
def devnet() -> Iterator[Devnet]:
    running = start(parser().parse_args([]))
    yield running
    running.stop()


@dataclass
class Shell:
    """A folder in which the README's lines are typed."""

    devnet: Devnet
    folder: Path
    environment: dict[str, str] = field(default_factory=dict)

    def line(self, text: str) -> str:
        """With the addresses of this devnet in place of the README's."""
        for written, real in (
            ("0x…", self.devnet.contract),
            ("http://127.0.0.1:8545", self.devnet.rpc),
            ("http://127.0.0.1:1234", self.devnet.bacalhau),
        ):
            text = text.replace(written, real)
        assert "…" not in text
        return text

    def start(self, text: str, **streams: object) -> subprocess.Popen[str]:
        path = f"{BINARY.parent}:{os.environ['PATH']}"
        return subprocess.Popen(
            ["/bin/sh", "-c", f"exec {self.line(text)}"],
            cwd=self.folder,
            env=os.environ | {"PATH": path} | self.environment,
            text=True,
            **streams,  # type: ignore[call-overload]
        )

    def type(self, text: str) -> str:
        """Runs a line to its end, which must be good; what it printed."""
        status, output, errors = self.ask(text)
        assert status == 0, f"{text}: {output}{errors}"
        return output

    def ask(self, text: str) -> tuple[int, str, str]:
        """Runs a line on a terminal, on which every question is answered with yes."""
        ours, theirs = pty.openpty()
        try:
            os.write(ours, b"y\n")
            process = self.start(text, stdin=theirs, stdout=subprocess.PIPE, stderr=subprocess.PIPE)
            output, errors = process.communicate(timeout=SECONDS)
        finally:
            os.close(ours)
            os.close(theirs)
        return process.returncode, output, errors

    def authorise(self, address: str) -> None:
        """Step 4: the contract's owner names the account, and it gets money."""
        client = Client(HttpRpc(self.devnet.rpc))
        owner = self.devnet.accounts[DEPLOYER]["privateKey"]
        bridge = Contract(client, self.devnet.contract, load_artifact("JobBridge").abi)
        bridge.send(owner, "setRelayer", address, True)
        client.receipt(client.send(owner, address, value=10**18))

    def wait_until_ready(self, relayer: subprocess.Popen[str], log: Path) -> None:
        end = time.monotonic() + SECONDS
        while '"ready"' not in log.read_text():
            assert relayer.poll() is None and time.monotonic() < end, log.read_text()
            time.sleep(0.05)


def test_has_a_block_for_each_step() -> None:
    assert [block.split()[1] for block in STEPS] == ["config", "key", "doctor"]


def test_leads_from_a_contract_to_an_answer(devnet: Devnet, tmp_path: Path) -> None:
    shell = Shell(devnet, tmp_path)
    settings, key, run = (
        [line.strip() for line in block.replace("\\\n", " ").splitlines() if line.strip()] for block in STEPS
    )
    for line in settings:
        shell.type(line)
    address = re.search(r"0x[0-9a-fA-F]{40}", "".join(shell.type(line) for line in key))
    assert address is not None
    shell.authorise(address[0])
    asking = tmp_path / "my.key"
    asking.touch(0o600)
    asking.write_text(devnet.accounts[REQUESTER]["privateKey"])
    (tmp_path / "hello.json").write_text(spec("hello"))
    (tmp_path / "example.json").write_text(EXAMPLE)
    # The example is a container, and refused before it is paid for until the operator allows it.
    assert "policy-image" in shell.ask("lilypad-relayer policy test example.json")[1]
    allowed = ("ENGINES__0=wasm", "ENGINES__1=docker", "IMAGES__0=ubuntu:24.04")
    shell.environment |= dict(f"LILYPAD_POLICY__{setting}".split("=") for setting in allowed)
    assert shell.type("lilypad-relayer policy test example.json").startswith("accepted")

    check, follow, request = run
    assert check == "lilypad-relayer doctor"
    shell.type(check)
    assert follow == "lilypad-relayer run"
    log = tmp_path / "log"
    with log.open("w") as stderr:
        relayer = shell.start(follow, stdin=subprocess.DEVNULL, stderr=stderr)
    try:
        shell.wait_until_ready(relayer, log)
        assert shell.type(request) == "hello\n"

        # The example is sound: it is refused by a compute node that has no such engine, not by the relayer.
        status, _, errors = shell.ask(request.replace("hello.json", "example.json"))
        assert status == 3
        assert "docker" in errors and "spec" not in errors.rpartition("failed:")[2]

        listed = [json.loads(line) for line in shell.type("lilypad-relayer jobs --json").splitlines()]
        assert {job["jobId"] for job in listed} == {"1", "2"}
        shell.environment["LILYPAD_CHAIN__RPC__0__URL"] = "ftp://nowhere"
        assert shell.ask(check)[0] == 2
        del shell.environment["LILYPAD_CHAIN__RPC__0__URL"]
    finally:
        relayer.terminate()
        assert relayer.wait(60) == 0, log.read_text()
