"""What the README names exists: targets, files, commands and their options."""

from __future__ import annotations

import re
import subprocess
from functools import cache
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[3]
README = (ROOT / "README.md").read_text()
BINARY = ROOT / ".build" / "debug" / "lilypad-relayer"

TARGETS = sorted(set(re.findall(r"\bmake ([a-z][a-z-]*)", README)))
FILES = sorted(set(re.findall(r"`((?:abi|config|Tests)/[\w./-]+|Dockerfile|LICENSE)`", README)))
LINES = sorted(set(re.findall(r"^ *(lilypad-relayer [^\n]+)$|`(lilypad-relayer [^`]+)`", README, re.MULTILINE)))
COMMANDS = [one or other for one, other in LINES]


@pytest.mark.parametrize("target", TARGETS)
def test_names_targets_of_the_makefile(target: str) -> None:
    assert re.search(rf"^{target}:", (ROOT / "Makefile").read_text(), re.MULTILINE)


@pytest.mark.parametrize("name", FILES)
def test_names_files_that_exist(name: str) -> None:
    assert (ROOT / name).exists()


@cache
def help_of(words: tuple[str, ...]) -> str:
    outcome = subprocess.run([BINARY, *words, "--help"], capture_output=True, text=True, timeout=30, check=False)
    assert outcome.returncode == 0, outcome.stderr
    return outcome.stdout


@pytest.mark.skipif(not BINARY.exists(), reason="the relayer is not built: swift build --product lilypad-relayer")
@pytest.mark.parametrize("line", COMMANDS)
def test_names_commands_and_options_that_exist(line: str) -> None:
    words = line.split()[1:]
    if words[0] in ("help", "completion"):
        outcome = subprocess.run([BINARY, *words], capture_output=True, text=True, timeout=30, check=False)
        assert outcome.returncode == 0
        return
    commands = tuple(word for word in words[:2] if re.fullmatch(r"[a-z]+", word))
    text = help_of(commands)

    for option in (word for word in words if word.startswith("--")):
        assert re.search(rf"{option}\b", text), f"{option} is no option of {' '.join(commands)}"
