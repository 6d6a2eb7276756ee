"""What the commands say where `make setup` has not been run, or has been run for an older version."""

from __future__ import annotations

import shutil
import subprocess
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[3]


@pytest.fixture
def checkout(tmp_path: Path) -> Path:
    shutil.copytree(ROOT / ".ci", tmp_path / ".ci")
    (tmp_path / "Tests/Devnet").mkdir(parents=True)
    shutil.copy(ROOT / "Tests/Devnet/requirements.txt", tmp_path / "Tests/Devnet")
    shutil.copy(ROOT / "Makefile", tmp_path)
    return tmp_path


@pytest.mark.parametrize("command", [[".ci/ready"], ["make", "demo"], ["make", "devnet"], ["make", "test"]])
def test_says_what_is_missing_and_stops(checkout: Path, command: list[str]) -> None:
    run = subprocess.run(command, cwd=checkout, capture_output=True, text=True, check=False, timeout=60)
    assert run.returncode == 2
    assert "make setup" in run.stderr
    assert not (checkout / ".build").exists()


def test_is_content_with_this_checkout() -> None:
    assert subprocess.run([".ci/ready"], cwd=ROOT, check=False, timeout=60).returncode == 0
