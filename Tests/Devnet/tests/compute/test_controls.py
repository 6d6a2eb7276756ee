"""The switches under /devnet."""

from __future__ import annotations

import time
from typing import Any

import pytest
from standin import JOBS, Client, Start, client_fixture, start_fixture  # noqa: F401

import jobs

HELLO = {"Job": jobs.job("hello", "hello")}
BUSY = "node busy with available capacity {CPU: 0.00, Memory: 20 GB, Disk: 198 GB, GPU: 0}"


def submit(client: Client) -> int:
    return client.call("PUT", JOBS, HELLO).status


def known(client: Client) -> int:
    return client.call("GET", f"{JOBS}/hello?namespace=lilypad").status


def test_failure_before_the_effect(client: Client) -> None:
    client.control("fail-next", method="PUT", **{"path-prefix": JOBS}, count=2, status=503, body="Server Timeout!")
    answer = client.call("PUT", JOBS, HELLO)
    assert (answer.status, answer.body) == (503, "Server Timeout!")
    assert submit(client) == 503
    assert known(client) == 404
    assert submit(client) == 200


def test_failure_after_the_effect(client: Client) -> None:
    client.control("fail-next", method="PUT", status=500, body={"Message": "lost"}, after=True)
    answer = client.call("PUT", JOBS, HELLO)
    assert (answer.status, answer.body) == (500, {"Message": "lost"})
    assert known(client) == 200
    assert client.call("PUT", JOBS, HELLO).body["Message"].startswith("no changes detected")


@pytest.mark.parametrize(("after", "status"), [(False, 404), (True, 200)])
def test_reset_of_the_connection(client: Client, after: bool, status: int) -> None:
    client.control("fail-next", method="PUT", drop=True, after=after)
    with pytest.raises(ConnectionResetError):
        submit(client)
    assert known(client) == status


def test_failure_leaves_other_calls_alone(client: Client) -> None:
    client.control("fail-next", method="PUT", **{"path-prefix": JOBS})
    assert known(client) == 404
    assert submit(client) == 503
    assert submit(client) == 200


def test_clear_forgets_what_waits(client: Client) -> None:
    client.control("fail-next", method="PUT", count=9)
    client.control("busy", count=9)
    client.control("clear")
    assert client.run(jobs.job("hello", "hello"))[0]["State"]["StateType"] == "Completed"


@pytest.mark.parametrize("after", [False, True])
def test_delay(client: Client, after: bool) -> None:
    client.control("delay-next", method="PUT", ms=200, after=after)
    began = time.monotonic()
    assert submit(client) == 200
    assert time.monotonic() - began >= 0.2


def test_busy_jobs_fail_without_an_execution(client: Client) -> None:
    client.control("busy", count=2)
    for name in ("one", "two"):
        job, executions = client.run(jobs.job(name, "hello"))
        assert job["State"]["StateType"] == "Failed"
        assert job["State"]["Message"].splitlines()[0] == (
            "not enough nodes to run job. requested: 1, available: 1, suitable: 0."
        )
        assert [line.split(": ", 1)[1] for line in job["State"]["Message"].splitlines()[1:]] == [BUSY]
        assert executions == []
    assert client.run(jobs.job("three", "hello"))[0]["State"]["StateType"] == "Completed"


def test_version_can_be_an_older_one(client: Client) -> None:
    client.control("version", Minor="7", GitVersion="v1.7.0")
    answer = client.call("GET", "/api/v1/agent/version")
    assert (answer.body["Major"], answer.body["Minor"], answer.body["GitVersion"]) == ("1", "7", "v1.7.0")
    assert answer.headers["x-bacalhau-git-version"] == "v1.7.0"


def test_stats_count_calls_and_submissions(client: Client) -> None:
    began = time.time_ns()
    client.run(HELLO["Job"])
    submit(client)
    stats = client.stats()
    assert stats["calls"]["PUT jobs"] == 2
    assert stats["calls"]["GET jobs/{id}"] >= 1
    assert [(put["name"], put["status"]) for put in stats["puts"]] == [("hello", 200), ("hello", 500)]
    assert began < stats["puts"][0]["wall_ns"] < stats["puts"][1]["wall_ns"] < time.time_ns()
    job: dict[str, Any] = stats["jobs"]["hello"]
    assert (job["version"], job["state"], job["executions"]) == (1, "Completed", 1)


def test_pause_answers_503(client: Client) -> None:
    client.control("pause")
    assert known(client) == 503
    client.control("resume")
    assert known(client) == 404


def test_pause_can_reset_connections(client: Client) -> None:
    client.control("pause", mode="drop")
    with pytest.raises(ConnectionResetError):
        known(client)
    client.control("resume")
    assert known(client) == 404


def test_pause_can_refuse_connections(client: Client) -> None:
    client.control("pause", mode="refuse")
    with pytest.raises(ConnectionRefusedError):
        known(client)
    client.control("resume")
    assert known(client) == 404


def test_jobs_go_on_while_paused(client: Client) -> None:
    job = jobs.job("hello", "busy", "50")
    assert client.call("PUT", JOBS, {"Job": job}).status == 200
    client.control("pause", mode="refuse")
    deadline = time.monotonic() + 10
    while client.stats()["jobs"]["hello"]["state"] != "Completed" and time.monotonic() < deadline:
        time.sleep(0.01)
    client.control("resume")
    assert client.wait("hello")["State"]["StateType"] == "Completed"


def test_wedged_node_leaves_jobs_pending(client: Client) -> None:
    client.control("wedge")
    assert submit(client) == 200
    client.control("wedge", on=False)
    assert client.run(jobs.job("other", "hello"))[0]["State"]["StateType"] == "Completed"
    assert client.wait("hello", states=("Pending",))["State"]["StateType"] == "Pending"
    assert [execution["ComputeState"]["StateType"] for execution in client.executions("hello")] == [1]


def test_broken_order_is_refused(client: Client) -> None:
    assert client.call("POST", "/devnet/fail-next", raw=b"nonsense", control=True).status == 400


def test_controls_work_on_the_api_address_too(client: Client) -> None:
    assert client.call("GET", "/devnet/stats").status == 200
