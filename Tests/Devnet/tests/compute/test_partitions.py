"""Jobs with a `Count`: each partition on a node of its own, and nodes that do not tell the truth."""

from __future__ import annotations

import time
from collections import Counter
from typing import Any

from standin import JOBS, Client, Start, client_fixture, start_fixture  # noqa: F401

import jobs


def outputs(executions: list[dict[str, Any]]) -> list[str]:
    return sorted(execution["RunOutput"]["Stdout"] for execution in executions)


def cids(executions: list[dict[str, Any]]) -> set[str]:
    return {execution["PublishedResult"]["Params"]["CID"] for execution in executions}


def states(executions: list[dict[str, Any]]) -> list[int]:
    return sorted(execution["ComputeState"]["StateType"] for execution in executions)


def job(name: str, count: int, kind: str = "hello", **changes: Any) -> dict[str, Any]:
    return jobs.job(name, kind, **changes) | {"Count": count}


def test_partitions_run_on_different_nodes(start: Start) -> None:
    client = start(nodes=4, publisher="ipfs")
    ended, executions = client.run(job("three", 3, Publisher={"Type": "ipfs"}))
    assert ended["State"] == {"StateType": "Completed"}
    assert len({execution["NodeID"] for execution in executions}) == 3
    assert sorted(execution.get("PartitionIndex", 0) for execution in executions) == [0, 1, 2]
    assert outputs(executions) == ["hello\n"] * 3
    assert len(cids(executions)) == 1
    nodes = client.call("GET", "/api/v1/orchestrator/nodes").body["Nodes"]
    assert len({node["Info"]["NodeID"] for node in nodes}) == 4


def test_too_few_nodes_are_none(start: Start) -> None:
    ended, executions = start(nodes=2).run(job("three", 3))
    message = "not enough nodes to run job. requested: 3, available: 2, suitable: 2."
    assert ended["State"] == {"StateType": "Failed", "Message": message}
    assert executions == []


def test_a_partition_that_fails_ends_the_job(start: Start) -> None:
    client = start(nodes=2)
    ended, executions = client.run(job("trap", 2, "trap"))
    assert ended["State"]["StateType"] == "Failed"
    # No node tries a job more than twice. How many tries there are depends on which partition fails first: one that
    # has used up a node twice by the time that the other fails leaves too few nodes for both, with one try left.
    used = Counter(execution["NodeID"] for execution in executions)
    assert len(used) == 2 and max(used.values()) == 2
    message = ended["State"]["Message"]
    spent = sum(tries == 2 for tries in used.values())
    assert message.count("job already executed on this node more than once") == spent
    assert f"available: 2, suitable: {2 - spent}." in message


def test_a_node_lies(start: Start) -> None:
    client = start(nodes=3, publisher="ipfs")
    for place, told, trees in (("both", ["hello\n", "hello\n", "no"], 2), ("output", ["hello\n", "hello\n", "no"], 1)):
        client.control("lie", **{"node": 1, "stdout": "no", "in": place})
        _, executions = client.run(job(place, 3, Publisher={"Type": "ipfs"}))
        assert outputs(executions) == told
        assert len(cids(executions)) == trees
    client.control("lie", **{"node": 1, "stdout": "no", "in": "files"})
    _, executions = client.run(job("files", 3, Publisher={"Type": "ipfs"}))
    assert outputs(executions) == ["hello\n"] * 3 and len(cids(executions)) == 2
    client.control("lie", node=1, stdout="")
    _, executions = client.run(job("lost", 3))
    assert outputs(executions) == ["", "hello\n", "hello\n"]
    client.control("lie", node=1, stdout=None)
    _, executions = client.run(job("honest", 3))
    assert outputs(executions) == ["hello\n"] * 3


def test_one_node_takes_nothing(start: Start) -> None:
    client = start(nodes=2)
    client.control("wedge", node=1)
    answer = client.call("PUT", JOBS, {"Job": job("half", 2)})
    client.wait(answer.body["JobID"], states=("Running",))
    until = [1, 9]
    deadline = time.monotonic() + 30
    while (found := states(client.executions("half"))) != until and time.monotonic() < deadline:
        time.sleep(0.005)
    assert found == until
    assert client.wait("half", states=("Running",))["State"]["StateType"] == "Running"
