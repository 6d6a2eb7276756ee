"""The demo runs, answers everything from the chain, and says so in its last line."""

from __future__ import annotations

import subprocess
import sys

import pytest

from demo import BINARY
from processes import FOLDER


@pytest.mark.skipif(not BINARY.exists(), reason="the relayer is not built: swift build --product lilypad-relayer")
def test_answers_seven_requests() -> None:
    outcome = subprocess.run(
        [sys.executable, FOLDER / "demo.py"], capture_output=True, text=True, timeout=120, check=False
    )

    assert outcome.returncode == 0, outcome.stdout + outcome.stderr
    assert outcome.stdout.splitlines()[-1] == "demo: 7 requests, 6 fulfilled, 1 failed on chain, 0 lost"


def test_says_what_is_missing() -> None:
    outcome = subprocess.run(
        [sys.executable, FOLDER / "demo.py", "--binary", "/nowhere/lilypad-relayer"],
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
    )

    assert outcome.returncode == 1
    assert "is not built" in outcome.stderr
