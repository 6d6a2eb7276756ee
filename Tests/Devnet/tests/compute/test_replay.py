"""Replays what a real Bacalhau 1.9.3 answered: status, texts and every field but identities and times are the same."""

from __future__ import annotations

import concurrent.futures
import json
import re
from typing import Any

import pytest
from standin import DEVNET, JOBS, Answer, Client, Start, start_fixture  # noqa: F401

FIXTURES = DEVNET / "fixtures" / "bacalhau"
SETUPS: dict[str, dict[str, Any]] = {"no-publisher": {}, "ipfs": {"publisher": "ipfs", "disk": 198449125785}}
# A restart is not played, a wedge has a test of its own; a published file has no request.
NOT_PLAYED = {"node-restart", "node-wedged-by-a-large-job"}
NEEDS_HELLO_AND_TRAP = {"get-unknown", "stop"}
TIMES = {"CreateTime", "ModifyTime", "Timestamp", "Time", "LastHeartbeat", "ConnectedSince"}


def cases() -> list[str]:
    found = sorted(FIXTURES.glob("*/*.json"))
    names = [f"{path.parent.name}/{path.stem}" for path in found]
    return [name for name in names if name.split("/")[1] not in NOT_PLAYED and "ipfs-files" not in name]


def load(case: str) -> dict[str, Any]:
    # Twenty seconds of waiting for a node say no more than one. Six seconds for all of a job that ends after two are too
    # few on a slow machine.
    text = (FIXTURES / f"{case}.json").read_text().replace('"QueueTimeout": 20', '"QueueTimeout": 1')
    text = text.replace('"TotalTimeout": 6\n', '"TotalTimeout": 60\n')
    recorded: dict[str, Any] = json.loads(text)
    return recorded


class Replay:
    """One case in progress: `names` maps recorded identities to ours, as they turn up."""

    def __init__(self, client: Client) -> None:
        self.client = client
        self.names: dict[str, str] = {}
        self.last_job = ""

    def step(self, step: dict[str, Any]) -> None:
        if "observed" in step:
            self.ends_alike(step["observed"])
        elif "responses" in step:
            self.race(step)
        elif "response" in step:
            self.ask(step["request"], step["response"])

    def ends_alike(self, observed: list[dict[str, Any]]) -> None:
        self.client.wait(self.last_job, states=(observed[-1]["state"],))

    def ask(self, request: dict[str, Any], recorded: dict[str, Any]) -> None:
        if is_running(recorded["body"]):
            self.client.wait(self.last_job, states=("Running",))
        answer = self.send(request)
        assert answer.status == recorded["status"], answer.body
        for header in ("content-type", "location", "x-bacalhau-git-version"):
            assert answer.headers.get(header) == recorded["headers"].get(header)
        self.same(recorded["body"], answer.body, "body")
        if isinstance(answer.body, dict) and "JobID" in answer.body:
            self.last_job = answer.body["JobID"]

    def send(self, request: dict[str, Any]) -> Answer:
        path = request["path"]
        for old, new in self.names.items():
            path = path.replace(old, new)
        if request["method"] in ("GET", "DELETE") and (match := re.match(JOBS + r"/([^/?]+)", path)):
            self.last_job = match[1]
        raw = request.get("bodyText")
        if "bodyBytes" in request:
            raw = " " * request["bodyBytes"]
        return self.client.call(
            request["method"],
            path,
            request.get("body"),
            request.get("headers"),
            None if raw is None else raw.encode(),
            request.get("chunked", False),
        )

    def race(self, step: dict[str, Any]) -> None:
        times = step["request"]["times"]
        with concurrent.futures.ThreadPoolExecutor(times) as pool:
            answers = list(pool.map(lambda _: self.send(step["request"]), range(times)))
        assert [answer.status for answer in answers].count(200) == 1
        assert {answer.status for answer in answers} <= {200, 409, 500}
        texts = {recorded["status"]: recorded["body"].get("Message", "") for recorded in step["responses"]}
        for answer in answers:
            if answer.status == 200:
                self.last_job = answer.body["JobID"]
            elif answer.status == 409:
                assert answer.body["Message"] == texts[409]
            else:
                assert answer.body["Message"].split("Job Id")[0] == texts[500].split("Job Id")[0]

    def same(self, recorded: Any, ours: Any, place: str) -> None:
        """Equal but for times and, once for each, identities."""
        if isinstance(recorded, dict) and isinstance(ours, dict):
            assert list(recorded) == list(ours), place
            for key, value in recorded.items():
                if key == "Diff":
                    # Go's rendering of a difference is for people; whether there is one is what counts.
                    assert bool(value) == bool(ours[key])
                elif key not in TIMES:
                    self.same(value, ours[key], f"{place}.{key}")
        elif isinstance(recorded, list) and isinstance(ours, list):
            assert len(recorded) == len(ours), f"{place}: {ours}"
            for index, value in enumerate(recorded):
                self.same(value, ours[index], f"{place}[{index}]")
        elif isinstance(recorded, str) and isinstance(ours, str):
            self.same_text(recorded, ours, place)
        else:
            assert recorded == ours and type(recorded) is type(ours), place

    def same_text(self, recorded: str, ours: str, place: str) -> None:
        for old, new in self.names.items():
            recorded = recorded.replace(old, new)
        if recorded == ours:
            return
        learned = identities(recorded, ours)
        assert learned, f"{place}: {recorded!r} is not {ours!r}"
        self.names.update(learned)


def is_running(body: Any) -> bool:
    """Whether the recording had waited until the job ran."""
    return isinstance(body, dict) and body.get("Job", {}).get("State", {}).get("StateType") == "Running"


UUID = "[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}"
IDENTITY = re.compile(rf"[ej]-{UUID}|{UUID}|[0-9a-f]{{64}}|\b[0-9a-f]{{8}}\b")


def identities(recorded: str, ours: str) -> dict[str, str]:
    """Our identities for the recorded ones, where the texts differ in nothing else."""
    if IDENTITY.sub("*", recorded) != IDENTITY.sub("*", ours):
        return {}
    pairs = zip(IDENTITY.findall(recorded), IDENTITY.findall(ours), strict=True)
    return {old: new for old, new in pairs if old != new}


@pytest.mark.parametrize("case", cases())
def test_answers_as_recorded(case: str, start: Start) -> None:
    folder, name = case.split("/")
    options = {**SETUPS[folder], "queue_backoff": 0.5, "input_retry": 0.05}
    if name == "no-compute-node":
        options["nodes"] = 0
    client = start(**options)
    replay = Replay(client)
    if name in NEEDS_HELLO_AND_TRAP:
        for earlier in ("run-hello", "run-trap"):
            for step in load(f"no-publisher/{earlier}")["steps"]:
                replay.step(step)
    if name == "list":
        prepare_list(client)
    for step in load(case)["steps"]:
        replay.step(step)


def prepare_list(client: Client) -> None:
    for earlier in ("hello", "plain-return", "exit-3", "trap", "three-writes"):
        first = load(f"no-publisher/run-{earlier}")["steps"][0]["request"]
        answer = client.call("PUT", first["path"], first["body"])
        client.wait(answer.body["JobID"])
