"""Finding jobs: names, ids, versions, lists, pages."""

from __future__ import annotations

import asyncio
from typing import Any
from urllib.parse import quote

import pytest
from standin import JOBS, Answer, Client, client_fixture, start_fixture  # noqa: F401

import jobs
from compute.errors import APIError
from compute.normal import normalise
from compute.store import Store


def named(client: Client, *names: str, **labels: str) -> list[str]:
    ids = []
    for name in names:
        job = jobs.job(name, "hello")
        job["Labels"] = labels
        ids.append(client.run(job)[0]["ID"])
    return ids


def listed(client: Client, query: str) -> list[str]:
    answer = client.call("GET", f"{JOBS}?{query}")
    assert answer.status == 200, answer.body
    return [job["Name"] for job in answer.body["Items"]]


def get(client: Client, key: str, query: str = "") -> Answer:
    return client.call("GET", f"{JOBS}/{quote(key, safe='')}?{query}")


def test_job_is_found_by_name_id_and_beginning_of_id(client: Client) -> None:
    (id,) = named(client, "one")
    for key, query in (("one", "namespace=lilypad"), (id, ""), (id, "namespace=elsewhere"), (id[:13], "")):
        assert get(client, key, query).body["Job"]["ID"] == id


def test_beginning_of_two_ids_is_refused(client: Client) -> None:
    named(client, "one", "two")
    answer = get(client, "j-")
    assert (answer.status, answer.body["Code"]) == (500, "MultipleJobsFound")
    assert answer.body["Message"] == "multiple jobs found for id j-"


def test_same_name_in_another_namespace_is_another_job(client: Client) -> None:
    (id,) = named(client, "one")
    other = jobs.job("one", "hello")
    other["Namespace"] = "elsewhere"
    answer = client.call("PUT", JOBS, {"Job": other})
    assert answer.status == 200 and answer.body["JobID"] != id


def test_missing_name_becomes_the_id(client: Client) -> None:
    job = jobs.job("", "hello")
    del job["Name"]
    ended, _ = client.run(job)
    assert ended["Name"] == ended["ID"]


def test_keys_match_in_any_case(client: Client) -> None:
    body = {"job": {key.lower(): value for key, value in jobs.job("lower", "hello").items()}}
    assert client.call("PUT", JOBS, body).status == 200
    assert client.call("PUT", JOBS, {"Job": jobs.job("lower", "hello")}).status == 500


@pytest.mark.parametrize(
    ("change", "status"),
    [
        ({}, 500),
        ({"Resources": {"CPU": "0.1", "Memory": "100MB"}}, 500),
        ({"Resources": {"CPU": "100m", "Memory": "100mb"}}, 200),
        ({"Env": {"A": "b"}}, 200),
        ({"Network": {"Type": "none"}}, 500),
    ],
)
def test_identical_means_after_defaults(client: Client, change: dict[str, Any], status: int) -> None:
    named(client, "one")
    job = jobs.job("one", "hello", **change)
    job["Labels"] = {}
    assert client.call("PUT", JOBS, {"Job": job}).status == status


def test_changed_value_of_a_known_label_runs_again(client: Client) -> None:
    named(client, "one", a="1")
    job = jobs.job("one", "hello")
    job["Labels"] = {"a": "2"}
    assert client.run(job)[0]["Version"] == 2


def test_reserved_meta_is_the_servers(client: Client) -> None:
    job = jobs.job("one", "hello")
    job["Meta"] = {"bacalhau.org/requester.id": "mine", "own": "kept"}
    meta = client.run(job)[0]["Meta"]
    assert meta["own"] == "kept" and meta["bacalhau.org/requester.id"] != "mine"
    assert client.call("PUT", JOBS, {"Job": job}).status == 500


@pytest.mark.parametrize(
    ("selector", "names"),
    [
        ("a=1", ["one"]),
        ("a==1", ["one"]),
        ("a!=1", ["two", "three"]),
        ("a in (1,2)", ["one", "two"]),
        ("a notin (1)", ["two", "three"]),
        ("a", ["one", "two"]),
        ("!a", ["three"]),
        ("a,a!=2", ["one"]),
        ("example.com/b=x", []),
    ],
)
def test_label_selectors(client: Client, selector: str, names: list[str]) -> None:
    named(client, "one", a="1")
    named(client, "two", a="2")
    named(client, "three")
    assert listed(client, f"namespace=lilypad&labels={quote(selector)}") == names


@pytest.mark.parametrize("selector", ["a=0x" + "ab" * 32, "-a=1", "a=(", "a in 1", "a in (1", "a b", ",", "a=b c"])
def test_broken_selectors_are_refused(client: Client, selector: str) -> None:
    assert client.call("GET", f"{JOBS}?labels={quote(selector)}").status == 400


def test_pages_follow_one_another(client: Client) -> None:
    names = [f"job-{index}" for index in range(5)]
    named(client, *names)
    seen: list[str] = []
    query = "namespace=lilypad&limit=2&reverse=true"
    while query:
        answer = client.call("GET", f"{JOBS}?{query}").body
        seen += [job["Name"] for job in answer["Items"]]
        query = f"namespace=lilypad&next_token={answer['NextToken']}" if answer["NextToken"] else ""
    assert seen == names[::-1]


def test_list_of_everything(client: Client) -> None:
    named(client, "one", "two")
    assert listed(client, "") == listed(client, "namespace=*") == ["one", "two"]


def test_history_names_every_change(client: Client) -> None:
    (id,) = named(client, "one")
    items = client.call("GET", f"{JOBS}/{id}/history?event_type=job").body["Items"]
    assert [item["Event"]["Message"] for item in items] == ["Job submitted", "Running", "Completed"]


@pytest.mark.parametrize("key", ["a/b", "a b", "æ", "%2f", "j", ".."])
def test_strange_keys_are_not_found(client: Client, key: str) -> None:
    answer = get(client, key)
    assert answer.status == 404 and answer.body["Code"] == "NotFound"


def test_first_submissions_that_meet_make_one_job() -> None:
    async def race() -> list[Any]:
        store = Store("node", commit=0.01)
        specs = [normalise(jobs.job("race", kind))[0] for kind in ("hello", "hello", "trap")]
        return await asyncio.gather(*(store.submit(spec, False) for spec in specs), return_exceptions=True)

    first, *others = asyncio.run(race())
    assert first.version == 1
    for error in others:
        assert isinstance(error, APIError)
        assert (error.status, error.code, error.component) == (409, "ResourceInUse", "JobStore")
        assert error.message == "job name race already exists in namespace lilypad"
