"""How jobs end: limits, stops, updates, waiting for room."""

from __future__ import annotations

import base64
import time
from typing import Any

import pytest
from standin import JOBS, Client, Start, client_fixture, start_fixture  # noqa: F401
from wasmtime import wat2wasm

import jobs

EATER = """(module
  (import "wasi_snapshot_preview1" "proc_exit" (func $exit (param i32)))
  (memory (export "memory") 1)
  (func (export "_start")
    (loop $more (br_if $more (i32.ne (memory.grow (i32.const 16)) (i32.const -1))))
    (call $exit (memory.size))))"""


def with_program(name: str, wat: str, **changes: Any) -> dict[str, Any]:
    encoded = base64.b64encode(bytes(wat2wasm(wat))).decode()
    job = jobs.job(name, "hello", **changes)
    job["Tasks"][0]["InputSources"][0]["Source"]["Params"]["URL"] = f"data:application/wasm;base64,{encoded}"
    return job


def states(executions: list[dict[str, Any]]) -> list[int]:
    return [execution["ComputeState"]["StateType"] for execution in executions]


def stop(client: Client, key: str, body: Any = None) -> Any:
    return client.call("DELETE", f"{JOBS}/{key}?namespace=lilypad", body)


def until_executed(client: Client, key: str, state: int) -> None:
    deadline = time.monotonic() + 10
    while states(client.executions(key)) != [state] and time.monotonic() < deadline:
        time.sleep(0.005)


def test_memory_ends_where_the_task_says(client: Client) -> None:
    _, executions = client.run(with_program("eater", EATER, Resources={"CPU": "0.1", "Memory": "2mib"}))
    assert executions[0]["RunOutput"]["ExitCode"] == 17


def test_stop_ends_a_running_job(client: Client) -> None:
    client.call("PUT", JOBS, {"Job": jobs.job("spin", "spin", "60")})
    client.wait("spin", states=("Running",))
    assert stop(client, "spin", {"reason": "enough"}).status == 200
    assert client.wait("spin")["State"] == {"StateType": "Stopped", "Message": "enough"}
    until_executed(client, "spin", 11)
    deadline = time.monotonic() + 10
    while running(client) and time.monotonic() < deadline:
        time.sleep(0.01)
    assert running(client) == 0
    assert stop(client, "spin").body == {"EvaluationID": ""}


def running(client: Client) -> int:
    count: int = client.call("GET", "/api/v1/agent/node").body["ComputeNodeInfo"]["RunningExecutions"]
    return count


def test_update_cancels_what_runs_and_runs_again(client: Client) -> None:
    first = jobs.job("updated", "spin", "60")
    client.call("PUT", JOBS, {"Job": first})
    client.wait("updated", states=("Running",))
    job, executions = client.run(jobs.job("updated", "hello"))
    assert (job["Version"], job["State"]["StateType"], states(executions)) == (2, "Completed", [9])
    every = client.call("GET", f"{JOBS}/updated/executions?namespace=lilypad&all_job_versions=true").body["Items"]
    assert states(every) == [11, 9]
    earlier = client.call("GET", f"{JOBS}/updated?namespace=lilypad&job_version=1").body["Job"]
    assert earlier["Tasks"][0]["Timeouts"] == {"TotalTimeout": 60} and earlier["Version"] == 1


def test_jobs_wait_at_the_node_for_room(start: Start) -> None:
    client = start(cpu=0.1)
    client.call("PUT", JOBS, {"Job": jobs.job("first", "spin", "60")})
    client.wait("first", states=("Running",))
    client.call("PUT", JOBS, {"Job": jobs.job("second", "hello")})
    until_executed(client, "second", 3)
    assert client.wait("second", states=("Pending",))["State"]["StateType"] == "Pending"
    stop(client, "first")
    assert client.wait("second")["State"]["StateType"] == "Completed"


def test_exact_capacity_refuses_what_does_not_fit_now(start: Start) -> None:
    client = start(cpu=0.1, exact_capacity=True)
    client.call("PUT", JOBS, {"Job": jobs.job("first", "spin", "60")})
    client.wait("first", states=("Running",))
    job, executions = client.run(jobs.job("second", "hello"))
    assert "node busy with available capacity {CPU: 0.00," in job["State"]["Message"]
    assert executions == []


def test_small_jobs_run_beside_endless_ones(client: Client) -> None:
    for index in range(8):
        client.call("PUT", JOBS, {"Job": jobs.job(f"spin-{index}", "spin", "60")})
        client.wait(f"spin-{index}", states=("Running",))
    assert client.run(jobs.job("hello", "hello"))[0]["State"]["StateType"] == "Completed"


def test_more_jobs_than_slots_all_complete(start: Start) -> None:
    client = start(slots=2)
    names = [f"hello-{index}" for index in range(20)]
    for name in names:
        assert client.call("PUT", JOBS, {"Job": jobs.job(name, "hello", name)}).status == 200
    for name in names:
        assert client.wait(name)["State"]["StateType"] == "Completed"
        assert client.executions(name)[0]["RunOutput"]["Stdout"] == name + "\n"


def test_queued_job_runs_when_a_node_has_time(start: Start) -> None:
    client = start(queue_backoff=0.05)
    client.control("busy", count=1)
    timeouts = {"TotalTimeout": 60, "QueueTimeout": 30}
    client.call("PUT", JOBS, {"Job": jobs.job("patient", "hello", Timeouts=timeouts)})
    assert client.wait("patient")["State"]["StateType"] == "Completed"


def test_body_beyond_the_message_limit_wedges_the_node(client: Client) -> None:
    large = jobs.job("large", "hello")
    large["Meta"] = {"fill": "x" * 1_100_000}
    assert client.call("PUT", JOBS, {"Job": large}).status == 200
    assert client.call("PUT", JOBS, {"Job": jobs.job("small", "hello")}).status == 200
    until_executed(client, "small", 1)
    assert [client.wait(name, states=("Pending",))["State"]["StateType"] for name in ("large", "small")] == [
        "Pending",
        "Pending",
    ]
    assert states(client.executions("large")) == [1]


def test_large_body_below_the_limit_runs(client: Client) -> None:
    large = jobs.job("large", "hello")
    large["Meta"] = {"fill": "x" * 900_000}
    assert client.run(large)[0]["State"]["StateType"] == "Completed"


@pytest.mark.parametrize(
    ("source", "text"),
    [
        ({"Type": "ipfs", "Params": {"CID": "QmYwAPJzv5CZsnA625s3Xf2nemtYgPpHdWEz79ojWnPbdG"}}, "block was not found"),
        ({"Type": "ipfs", "Params": {"CID": "nonsense"}}, "failed to parse CID"),
        ({"Type": "urlDownload", "Params": {"URL": "http://127.0.0.1:9/x"}}, "giving up after 4 attempt(s)"),
        ({"Type": "inline", "Params": {"URL": "data:text/plain;base64,***"}}, "illegal base64 data"),
    ],
)
def test_unreadable_input_fails_both_executions(start: Start, source: dict[str, Any], text: str) -> None:
    job = jobs.job("input", "hello")
    job["Tasks"][0]["InputSources"].append({"Source": source, "Target": "/in"})
    ended, executions = start(publisher="ipfs", input_retry=0.01).run(job)
    assert (ended["State"]["StateType"], states(executions)) == ("Failed", [10, 10])
    assert text in executions[0]["ComputeState"]["Message"]


@pytest.mark.parametrize("kind", ["s3", "localDirectory", "repoClone"])
def test_input_kind_that_no_node_offers_is_final_at_once(client: Client, kind: str) -> None:
    job = jobs.job("input", "hello")
    job["Tasks"][0]["InputSources"].append({"Source": {"Type": kind, "Params": {"Bucket": "b"}}, "Target": "/in"})
    ended, executions = client.run(job)
    assert ended["State"]["Message"].endswith(f"does not support {kind}, only ipfs, urldownload, inline")
    assert executions == []


def test_published_result_can_be_an_input(client: Client) -> None:
    _, executions = client.run(jobs.job("first", "file"))
    source = {"Type": "ipfs", "Params": executions[-1]["PublishedResult"]["Params"]}
    second = jobs.job("second", "hello")
    second["Tasks"][0]["InputSources"].append({"Source": source, "Target": "/earlier"})
    assert client.run(second)[0]["State"]["StateType"] == "Completed"


def test_missing_import_fails_the_execution(client: Client) -> None:
    wat = '(module (import "env" "secret" (func)) (memory (export "memory") 1) (func (export "_start")))'
    job, executions = client.run(with_program("import", wat))
    assert (job["State"]["StateType"], states(executions)) == ("Failed", [10, 10])


@pytest.mark.parametrize(
    ("body", "text"),
    [
        ("(drop (i32.div_s (i32.const 1) (i32.const 0)))", "integer divide by zero"),
        ("(drop (i32.load (i32.const -4)))", "out of bounds memory access"),
        ("(call $start)", "stack overflow"),
    ],
)
def test_trap_says_what_happened(client: Client, body: str, text: str) -> None:
    wat = f'(module (memory (export "memory") 1) (func $start (export "_start") {body}))'
    _, executions = client.run(with_program("trap", wat))
    assert executions[0]["ComputeState"]["Message"].startswith(f"wasm error: {text}\n")


@pytest.mark.parametrize("vectors", ["(i32.const -8) (i32.const 1)", "(i32.const 0) (i32.const -1)"])
def test_write_outside_of_memory_is_an_error_of_the_guest(client: Client, vectors: str) -> None:
    wat = f"""(module
      (import "wasi_snapshot_preview1" "fd_write" (func $write (param i32 i32 i32 i32) (result i32)))
      (import "wasi_snapshot_preview1" "proc_exit" (func $exit (param i32)))
      (memory (export "memory") 1)
      (func (export "_start") (call $exit (call $write (i32.const 1) {vectors} (i32.const 16)))))"""
    _, executions = client.run(with_program("write", wat))
    assert executions[0]["RunOutput"]["ExitCode"] == 21


def test_guest_cannot_publish_what_is_outside(client: Client) -> None:
    wat = """(module
      (import "wasi_snapshot_preview1" "path_symlink" (func $link (param i32 i32 i32 i32 i32) (result i32)))
      (import "wasi_snapshot_preview1" "proc_exit" (func $exit (param i32)))
      (memory (export "memory") 1)
      (data (i32.const 0) "../../../../../../etc" "outputs/etc")
      (func (export "_start")
        (drop (call $link (i32.const 0) (i32.const 21) (i32.const 3) (i32.const 21) (i32.const 11)))
        (call $exit (i32.const 0))))"""
    paths = [{"Name": "outputs", "Path": "/outputs"}]
    job = with_program("link", wat, Publisher={"Type": "ipfs"}, ResultPaths=paths)
    _, executions = client.run(job)
    cid = executions[-1]["PublishedResult"]["Params"]["CID"]
    tree = client.call("GET", f"/devnet/published/{cid}", control=True).body
    assert tree["outputs"] == {"etc": "../../../../../../etc"}


@pytest.mark.parametrize(
    "params",
    [{"Entrypoint": 1}, {"Parameters": "x"}, {"Parameters": [1]}, {"Parameters": [["a"]]}, {"EntryModule": "/other"}],
)
def test_broken_engine_params_fail_the_execution(client: Client, params: dict[str, Any]) -> None:
    job = jobs.job("params", "hello")
    job["Tasks"][0]["Engine"]["Params"].update(params)
    ended, executions = client.run(job)
    assert (ended["State"]["StateType"], states(executions)) == ("Failed", [10, 10])


@pytest.mark.parametrize("target", ["/a\0b", "/main.wasm/x", "/" + "x" * 300, "/"])
def test_impossible_targets_fail_the_execution(client: Client, target: str) -> None:
    job = jobs.job("target", "hello")
    source = {"Type": "inline", "Params": {"URL": "data:,x"}}
    job["Tasks"][0]["InputSources"].append({"Source": source, "Target": target})
    ended, executions = client.run(job)
    assert (ended["State"]["StateType"], states(executions)) == ("Failed", [10, 10])


def test_target_stays_inside_of_the_workspace(client: Client) -> None:
    job = jobs.job("outside", "hello")
    source = {"Type": "inline", "Params": {"URL": "data:,x"}}
    job["Tasks"][0]["InputSources"].append({"Source": source, "Target": "/../../../../dev/null/x"})
    assert client.run(job)[0]["State"]["StateType"] == "Completed"


def test_half_surrogates_do_not_break_the_node(client: Client) -> None:
    job = jobs.job("surrogate", "greet", "\ud800!")
    _, executions = client.run(job)
    assert executions[0]["RunOutput"]["Stdout"] == "hello \ufffd!\n"


def test_more_than_one_execution_needs_more_nodes(client: Client) -> None:
    job = jobs.job("two", "hello")
    job["Count"] = 2
    ended, executions = client.run(job)
    assert ended["State"]["Message"] == "not enough nodes to run job. requested: 2, available: 1, suitable: 1."
    assert executions == []


def test_exit_code_is_unsigned_and_ends_the_program(client: Client) -> None:
    wat = """(module
      (import "wasi_snapshot_preview1" "proc_exit" (func $exit (param i32)))
      (memory (export "memory") 1)
      (func (export "_start") (call $exit (i32.const -1)) (call $exit (i32.const 7))))"""
    _, executions = client.run(with_program("exit", wat))
    assert executions[0]["RunOutput"]["ExitCode"] == 4294967295


def test_each_vector_of_a_write_is_a_write(client: Client) -> None:
    wat = """(module
      (import "wasi_snapshot_preview1" "fd_write" (func $write (param i32 i32 i32 i32) (result i32)))
      (import "wasi_snapshot_preview1" "proc_exit" (func $exit (param i32)))
      (memory (export "memory") 1)
      (data (i32.const 0) "\\10\\00\\00\\00\\02\\00\\00\\00" "\\12\\00\\00\\00\\03\\00\\00\\00" "abcde")
      (func (export "_start")
        (drop (call $write (i32.const 1) (i32.const 0) (i32.const 2) (i32.const 32)))
        (call $exit (i32.load (i32.const 32)))))"""
    _, executions = client.run(with_program("vectors", wat, Publisher={"Type": "ipfs"}))
    assert (executions[0]["RunOutput"]["Stdout"], executions[0]["RunOutput"]["ExitCode"]) == ("ab", 5)
    cid = executions[0]["PublishedResult"]["Params"]["CID"]
    assert client.call("GET", f"/devnet/published/{cid}", control=True).body["stdout"] == "abcde"


@pytest.mark.parametrize("kind", ["busy", "sleep"])
def test_busy_and_sleeping_jobs_end_at_their_time_out(client: Client, kind: str) -> None:
    job, executions = client.run(jobs.job(kind, kind, "600000", Timeouts={"TotalTimeout": 1}))
    assert job["State"]["Message"] == "Job timed out. Job took longer than 1s"
    assert executions[0]["ComputeState"]["Message"] == "Execution timed out after 1s"


def test_busy_and_sleeping_jobs_take_their_time(client: Client) -> None:
    for kind in ("busy", "sleep"):
        _, executions = client.run(jobs.job(kind, kind, "200"))
        assert executions[0]["ModifyTime"] - executions[0]["CreateTime"] >= 200_000_000


def test_flood_of_output_ends_at_its_time_out(client: Client) -> None:
    job, _ = client.run(jobs.job("flood", "writes", "2000000000", Timeouts={"TotalTimeout": 1}))
    assert job["State"]["Message"] == "Job timed out. Job took longer than 1s"


@pytest.mark.parametrize(
    ("arguments", "error"),
    [
        ("(i32.const 0) (i32.const 64) (i32.const 0) (i32.const 96)", 28),
        ("(i32.const 0) (i32.const 64) (i32.const -1) (i32.const 96)", 28),
        ("(i32.const -8) (i32.const 64) (i32.const 1) (i32.const 96)", 21),
        ("(i32.const 0) (i32.const 65530) (i32.const 1) (i32.const 96)", 21),
        ("(i32.const 0) (i32.const 64) (i32.const 1) (i32.const -1)", 21),
        ("(i32.const 0) (i32.const 64) (i32.const 2) (i32.const 1024)", 0),
    ],
)
def test_sleep_outside_of_memory_is_an_error_of_the_guest(client: Client, arguments: str, error: int) -> None:
    wat = f"""(module
      (import "wasi_snapshot_preview1" "poll_oneoff" (func $poll (param i32 i32 i32 i32) (result i32)))
      (import "wasi_snapshot_preview1" "proc_exit" (func $exit (param i32)))
      (memory (export "memory") 1)
      (func (export "_start") (call $exit (call $poll {arguments}))))"""
    _, executions = client.run(with_program("poll", wat))
    assert executions[0]["RunOutput"]["ExitCode"] == error
