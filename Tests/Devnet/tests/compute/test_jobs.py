"""The jobs for tests: their specs are current and small, and each does what its name says."""

from __future__ import annotations

import json
import subprocess
import sys
from typing import Any

import pytest
from standin import DEVNET, Client, Start, client_fixture, start_fixture  # noqa: F401

import jobs


def output(client: Client, kind: str, argument: str | None = None) -> dict[str, Any]:
    job, executions = client.run(jobs.job(f"{kind}-{argument}", kind, argument))
    assert job["State"]["StateType"] == "Completed", job["State"]
    shown: dict[str, Any] = executions[-1]["RunOutput"]
    return shown


def test_written_specs_are_current() -> None:
    written = {path.stem: path.read_text() for path in jobs.SPECS.glob("*.json")}
    assert written == {name: jobs.spec(kind, argument) for name, (kind, argument) in jobs.WRITTEN.items()}


def test_hello_is_small() -> None:
    assert len(jobs.spec("hello")) <= 450
    assert all(len(jobs.spec(kind)) <= 650 for kind in jobs.KINDS)


def test_task_has_the_keys_of_a_task() -> None:
    for kind in jobs.KINDS:
        assert jobs.task(kind).keys() <= {"Engine", "InputSources", "Publisher", "ResultPaths", "Timeouts"}


def test_command_prints_the_spec() -> None:
    command = [sys.executable, str(DEVNET / "jobs.py")]
    printed = subprocess.run([*command, "exit", "4"], capture_output=True, text=True, check=True).stdout
    assert json.loads(printed) == jobs.task("exit", "4")
    assert subprocess.run([*command, "nonsense"], capture_output=True).returncode == 2


@pytest.mark.parametrize(
    ("kind", "argument", "stdout", "stderr", "code"),
    [
        ("hello", None, "hello\n", "", 0),
        ("hello", "høi", "høi\n", "", 0),
        ("greet", None, "hello world\n", "", 0),
        ("greet", "Bacalhau, v1", "hello Bacalhau, v1\n", "", 0),
        ("stderr", None, "", "oops\n", 0),
        ("exit", None, "out\n", "oops\n", 3),
        ("exit", "200", "out\n", "oops\n", 200),
        ("return", None, "hello\n", "", -1),
        ("writes", "100", "line\n", "", 0),
        ("busy", "30", "done\n", "", 0),
        ("sleep", "30", "done\n", "", 0),
        ("invalid", None, "a\ufffdb\ufffd(", "", 0),
        ("bytes", "0", "", "", 0),
        ("file", None, "", "", 0),
    ],
)
def test_job_does_what_its_name_says(
    client: Client, kind: str, argument: str | None, stdout: str, stderr: str, code: int
) -> None:
    shown = output(client, kind, argument)
    assert (shown["Stdout"], shown["stderr"], shown["ExitCode"]) == (stdout, stderr, code)
    assert not shown["StdoutTruncated"] and not shown["StderrTruncated"]


@pytest.mark.parametrize(("count", "cut"), [(2048, False), (2049, True), (8192, True)])
def test_output_is_cut_at_2048_bytes(client: Client, count: int, cut: bool) -> None:
    shown = output(client, "bytes", str(count))
    assert (shown["Stdout"], shown["StdoutTruncated"]) == ("a" * 2048, cut)


def test_trap_fails_after_two_executions(client: Client) -> None:
    job, executions = client.run(jobs.job("trap", "trap"))
    assert job["State"]["StateType"] == "Failed"
    assert job["State"]["Message"].endswith("job already executed on this node more than once")
    assert [execution["ComputeState"]["StateType"] for execution in executions] == [10, 10]
    assert executions[0]["ComputeState"]["Message"].startswith("wasm error: unreachable\n")


def test_spin_ends_at_its_time_out(client: Client) -> None:
    job, executions = client.run(jobs.job("spin", "spin", "1"))
    assert job["State"] == {"StateType": "Failed", "Message": "Job timed out. Job took longer than 1s"}
    assert executions[0]["ComputeState"]["Message"] == "Execution timed out after 1s"


@pytest.mark.parametrize(
    ("kind", "argument", "tree"),
    [
        ("writes", "3", {"stdout": "line\nline\nline\n", "stderr": "", "exitCode": "0"}),
        ("return", None, {"stdout": "hello\n", "stderr": "", "exitCode": "-1"}),
        ("bytes", "8192", {"stdout": "a" * 2049, "stderr": "", "exitCode": "0"}),
        ("file", None, {"stdout": "", "stderr": "", "exitCode": "0", "outputs": {"answer.txt": "42\n"}}),
    ],
)
def test_published_tree_can_be_read(client: Client, kind: str, argument: str | None, tree: dict[str, Any]) -> None:
    _, executions = client.run(jobs.job(f"published-{kind}", kind, argument, Publisher={"Type": "ipfs"}))
    cid = executions[-1]["PublishedResult"]["Params"]["CID"]
    assert client.call("GET", f"/devnet/published/{cid}", control=True).body == tree


def test_not_published_without_a_publisher(start: Start) -> None:
    _, executions = start().run(jobs.job("hello", "hello"))
    assert executions[-1]["PublishedResult"] == {"Type": ""}
