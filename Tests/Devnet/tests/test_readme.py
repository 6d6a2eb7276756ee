"""What the README says holds: its targets, files, modules, commands, options, exit statuses, variables and examples."""

from __future__ import annotations

import json
import re
import shlex
import subprocess
from functools import cache
from pathlib import Path

import pytest

from demo import BINARY

ROOT = Path(__file__).resolve().parents[3]
README = (ROOT / "README.md").read_text()
BLOCKS = re.findall(r"^ *```(\w*)\n(.*?)^ *```$", README, re.MULTILINE | re.DOTALL)
PROSE = re.sub(r"^ *```.*?^ *```$", "", README, flags=re.MULTILINE | re.DOTALL)
QUOTED = sorted(set(re.findall(r"`([^`\n]+)`", PROSE)))
SHELL = [line.strip() for kind, text in BLOCKS if kind == "sh" for line in text.splitlines()]

TARGETS = sorted(set(re.findall(r"\bmake ([a-z][a-z-]*)", "\n".join(QUOTED + SHELL))))
FILES = [text for text in QUOTED if re.fullmatch(r"(abi|config|Tests|Sources|\.ci)/[\w./-]*|Dockerfile|LICENSE", text)]
COMMANDS = (
    "run",
    "replay",
    "status",
    "jobs",
    "chain",
    "doctor",
    "config",
    "policy",
    "key",
    "request",
    "version",
    "help",
    "completion",
)

needs_the_relayer = pytest.mark.skipif(
    not BINARY.exists(), reason="the relayer is not built: swift build --product lilypad-relayer"
)


def command_lines() -> list[str]:
    """What the README has of command lines, in blocks or in the text, there also without the program's name."""
    lines = {line.removeprefix("lilypad-relayer ") for line in SHELL if line.startswith("lilypad-relayer ")}
    for text in QUOTED:
        text = text.removeprefix("lilypad-relayer ")
        if text.split()[0] in COMMANDS and re.fullmatch(r"[\w./:… =-]+", text):
            lines.add(text)
    return sorted(lines)


@cache
def help_of(*words: str) -> str:
    outcome = subprocess.run([BINARY, *words, "--help"], capture_output=True, text=True, timeout=30, check=False)
    assert outcome.returncode == 0, outcome.stderr
    return outcome.stdout


def subcommands(words: tuple[str, ...]) -> list[str]:
    """What a help lists below `Commands:`."""
    _, _, rest = help_of(*words).partition("\nCommands:\n")
    return re.findall(r"^  ([a-z]+) ", rest.partition("\n\n")[0], re.MULTILINE)


def has_word(text: str, word: str) -> bool:
    return re.search(rf"(?<![\w-]){re.escape(word)}(?![\w-])", text) is not None


def test_reads_what_it_checks() -> None:
    assert {"setup", "demo", "test"} <= set(TARGETS)
    assert {"config/relayer.example.yaml", "abi/JobBridge.vy", "Dockerfile", "LICENSE"} <= set(FILES)
    assert {"jobs show ID", "jobs retry ID", "replay --from-block N", "key new"} <= set(command_lines())


@pytest.mark.parametrize("target", TARGETS)
def test_names_targets_of_the_makefile(target: str) -> None:
    assert re.search(rf"^{target}:", (ROOT / "Makefile").read_text(), re.MULTILINE)


def test_names_every_target_of_the_makefile() -> None:
    targets = re.findall(r"^([a-z-]+):.*##", (ROOT / "Makefile").read_text(), re.MULTILINE)

    assert set(targets) - {"help"} <= set(TARGETS)


@pytest.mark.parametrize("name", FILES)
def test_names_files_that_exist(name: str) -> None:
    assert (ROOT / name).exists()


def test_names_every_module() -> None:
    modules = {folder.name for folder in (ROOT / "Sources").iterdir() if list(folder.rglob("*.swift"))}

    assert modules == set(re.findall(r"^- \*\*([\w-]+)\*\*:", README, re.MULTILINE))


def test_names_variables_that_are_read() -> None:
    sources = "\n".join(
        path.read_text() for folder in ("Sources", "Tests") for path in (ROOT / folder).rglob("*.swift")
    )
    names = {name for text in QUOTED for name in re.findall(r"^LILYPAD_[A-Z_]+(?==)", text)}

    assert {name for name in names if not has_word(sources, name)} == set()
    assert "LILYPAD_SEEDS" in names


@needs_the_relayer
@pytest.mark.parametrize("line", command_lines())
def test_names_commands_and_options_that_exist(line: str) -> None:
    words = shlex.split(line)
    path: tuple[str, ...] = ()
    while len(path) < len(words) and words[len(path)] in subcommands(path):
        path += (words[len(path)],)
    assert path, f"{line}: no such command"
    rest, text = words[len(path) :], help_of(*path)

    for option in (word.partition("=")[0] for word in rest if word.startswith("-")):
        assert has_word(text, option), f"{option} is no option of {' '.join(path)}"
    if subcommands(path) and rest and not rest[0].startswith("-"):
        pytest.fail(f"{rest[0]} is no command of {' '.join(path)}")


@needs_the_relayer
def test_lists_the_commands_that_there_are() -> None:
    listed = set(re.findall(r"^\| `lilypad-relayer (\w+)", README, re.MULTILINE))

    assert listed | {"help", "completion"} == set(subcommands(())) == set(COMMANDS)


@needs_the_relayer
def test_lists_the_exit_statuses_that_there_are() -> None:
    table = README.partition("| exit status |")[2].partition("\n\n")[0]
    listed = dict(re.findall(r"^\| (\d) \| (.*?) \|$", table, re.MULTILINE))
    text = help_of().partition("Exit status:\n")[2].partition("\n\n")[0]

    said = dict(re.findall(r"^  (\d)  (.*)$", text, re.MULTILINE))
    assert {number: meaning.replace("`", "") for number, meaning in listed.items()} == said


@needs_the_relayer
def test_lists_the_result_types_of_request() -> None:
    listed = re.findall(r"^\| \d \|[^|]*\| `([a-z-]+)` \|$", README, re.MULTILINE)

    assert len(listed) == 4
    assert all(has_word(help_of("request"), name) for name in listed)


def test_shows_a_spec_of_known_keys() -> None:
    (text,) = (text for kind, text in BLOCKS if kind == "json")
    source = (ROOT / "Sources/Bacalhau/Spec/TaskSpec.swift").read_text()
    keys = re.findall(r'"(\w+)"', source.partition("static let keys = [")[2].partition("]")[0])

    assert set(json.loads(text)) <= set(keys)
    assert {f"`{key}`" for key in keys if key != "Name"} <= set(re.findall(r"`\w+`", PROSE))


def test_shows_the_last_line_of_the_demo() -> None:
    (shown,) = (text for kind, text in BLOCKS if "seven requests" in text)

    assert shown.splitlines()[-1] == "demo: 7 requests, 6 fulfilled, 1 failed on chain, 0 lost"
