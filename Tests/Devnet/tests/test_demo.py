"""The demo runs, answers everything from the chain, says so in its last line, and leaves nothing behind."""

from __future__ import annotations

import os
import re
import signal
import socket
import subprocess
import sys
import time
from pathlib import Path

import pytest

from demo import BINARY, FAILED, FULFILLED, REQUESTED, Request, Screen, verdict
from processes import FOLDER

built = pytest.mark.skipif(
    not BINARY.exists(), reason="the relayer is not built: swift build --product lilypad-relayer"
)


@built
def test_answers_seven_requests() -> None:
    outcome = subprocess.run(
        [sys.executable, FOLDER / "demo.py"],
        capture_output=True,
        text=True,
        timeout=600,
        check=False,
        # Settings of somebody's own relayer.
        env=os.environ | {"LILYPAD_DATABASE": "/nowhere/mine.sqlite", "LILYPAD_LOG__LEVEL": "error"},
    )

    assert outcome.returncode == 0, outcome.stdout + outcome.stderr
    assert outcome.stdout.splitlines()[-1] == "demo: 7 requests, 6 fulfilled, 1 failed on chain, 0 lost"


def children(parent: int) -> list[int]:
    """The processes that this one started and that still run."""
    found = []
    for status in Path("/proc").glob("[0-9]*/stat"):
        try:
            fields = status.read_text().rpartition(")")[2].split()
        except OSError:
            continue
        if int(fields[1]) == parent and fields[0] != "Z":
            found.append(int(status.parent.name))
    return found


def runs(process: int) -> bool:
    try:
        return Path(f"/proc/{process}/stat").read_text().rpartition(")")[2].split()[0] != "Z"
    except OSError:
        return False


@built
@pytest.mark.parametrize("signal_number", [signal.SIGINT, signal.SIGTERM, signal.SIGHUP, signal.SIGKILL])
def test_stops_what_it_started_when_it_is_stopped(signal_number: int, tmp_path: Path) -> None:
    demo = subprocess.Popen(
        [sys.executable, FOLDER / "demo.py"],
        stdout=subprocess.PIPE,
        text=True,
        env=os.environ | {"TMPDIR": str(tmp_path)},
    )
    assert demo.stdout is not None
    port = 0
    for line in demo.stdout:
        if found := re.search(r"Ethereum +http://127.0.0.1:(\d+)", line):
            port = int(found[1])
        if line.startswith("seven requests"):
            break
    started = children(demo.pid)
    os.kill(demo.pid, signal_number)
    demo.stdout.read()

    was_killed = signal_number == signal.SIGKILL
    assert demo.wait(120) == (-signal.SIGKILL if was_killed else 1)
    assert was_killed or not list(tmp_path.iterdir())
    assert len(started) == 3
    end = time.monotonic() + 20
    while any(runs(process) for process in started) and time.monotonic() < end:
        time.sleep(0.05)
    assert [process for process in started if runs(process)] == []
    with pytest.raises(OSError):
        socket.create_connection(("127.0.0.1", port), timeout=5)


def test_says_what_is_missing() -> None:
    outcome = subprocess.run(
        [sys.executable, FOLDER / "demo.py", "--binary", "/nowhere/lilypad-relayer"],
        capture_output=True,
        text=True,
        timeout=600,
        check=False,
    )

    assert outcome.returncode == 1
    assert "is not built" in outcome.stderr


def test_fails_with_the_relayers_own_words_when_it_does_not_get_ready() -> None:
    outcome = subprocess.run(
        [sys.executable, FOLDER / "demo.py", "--binary", "/bin/false"],
        capture_output=True,
        text=True,
        timeout=600,
        check=False,
    )

    assert outcome.returncode == 1
    assert "the relayer did not get ready" in outcome.stderr


def request(**fields: object) -> Request:
    values = {"title": "stdout", "job_id": 1, "block": 1, "expected": FULFILLED, "pattern": "hello\n"} | fields
    return Request(**values)  # type: ignore[arg-type]


@pytest.mark.parametrize(
    ("state", "answer", "text"),
    [
        (REQUESTED, "", "1 lost"),
        (FAILED, "no node", "1 failed on chain, 0 lost"),
        (FULFILLED, "another\n", "1 fulfilled, 0 failed on chain, 0 lost"),
    ],
)
def test_fails_for_an_answer_that_should_be_another(
    state: int, answer: str, text: str, capsys: pytest.CaptureFixture[str]
) -> None:
    assert verdict([request(state=state, answer=answer)]) == 1

    said = capsys.readouterr()
    assert text in said.out.splitlines()[-1]
    assert "request 1" in said.err


def test_writes_over_its_lines_on_a_terminal(
    capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("COLUMNS", "60")
    screen = Screen(terminal=True)
    open_request = request()
    screen.draw([open_request])
    open_request.state, open_request.answer = FULFILLED, "x" * 100
    screen.draw([open_request])

    first, second = capsys.readouterr().out.split("\x1b[1F")
    assert "waiting" in first
    assert "fulfilled" in second
    assert len(second.removeprefix("\x1b[K").rstrip("\n")) < 60
