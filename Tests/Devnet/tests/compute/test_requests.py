"""What the server asks of any request, and checks that no recording covers."""

from __future__ import annotations

import http.client
import json
from typing import Any

import pytest
from standin import JOBS, Client, client_fixture, start_fixture  # noqa: F401

import jobs
from compute import gojson, quantities
from compute.server import HOST

JSON = {"Content-Type": "application/json"}


def refused(client: Client, **task: Any) -> str:
    answer = client.call("PUT", JOBS, {"Job": jobs.job("refused", "hello", **task)})
    assert (answer.status, answer.body["Code"]) == (400, "InternalError"), answer.body
    message: str = answer.body["Message"]
    return message


@pytest.mark.parametrize(
    ("task", "message"),
    [
        ({"Engine": {"Type": " "}}, "task main validation failed: invalid engine: missing spec type"),
        (
            {"Name": "", "Env": {"a": "b"}},
            "task  validation failed: missing task name\nenvironment variable 'a' must be uppercase",
        ),
        (
            {"Timeouts": {"ExecutionTimeout": -90, "QueueTimeout": -1}},
            "task main validation failed: invalid timeouts: invalid execution timeout value: -1m30s\n"
            "invalid queue timeout value: -1s",
        ),
        (
            {"ResultPaths": [{"Name": "a", "Path": "/x"}, {"Name": "a", "Path": "/x"}]},
            "task main validation failed: result path with name 'a' already exists\nresult path '/x' already exists",
        ),
        ({"Resources": {"GPU": "half"}}, "task main validation failed: invalid resources: invalid GPU value: half"),
    ],
)
def test_every_problem_is_named(client: Client, task: dict[str, Any], message: str) -> None:
    assert refused(client, **task) == message


@pytest.mark.parametrize(
    ("body", "message"),
    [
        (b'{"Job":{"Count":1.5}}', "expected=int, got=number 1.5, field=Job.alias.Count, offset=12"),
        (b'{"Job":{"Count":true}}', "expected=int, got=bool, field=Job.alias.Count, offset=13"),
        (b'{"Job":{"Labels":{"a":1}}}', "expected=string, got=number, field=Job.alias.Labels, offset=16"),
        (
            b'{"Job":{"Count":9223372036854775808}}',
            "expected=int, got=number 9223372036854775808, field=Job.alias.Count",
        ),
        (b'{"Force":"x"}', "expected=bool, got=string, field=Force, offset=12"),
    ],
)
def test_wrong_types_are_named(client: Client, body: bytes, message: str) -> None:
    answer = client.call("PUT", JOBS, raw=body, headers=JSON)
    assert answer.status == 400
    assert answer.body["Message"].startswith(f"code=400, message=Unmarshal type error: {message}, ")


@pytest.mark.parametrize(
    "body",
    [b"nonsense", b"{'a':1}", b"\xff\xfe", b"[" * 100_000, b'{"a":' * 100_000, b'{"Job":NaN}', b"{} trailing"],
    ids=["word", "quotes", "bytes", "arrays", "objects", "number", "trailing"],
)
def test_broken_json_is_a_400(client: Client, body: bytes) -> None:
    answer = client.call("PUT", JOBS, raw=body, headers=JSON)
    assert (answer.status, answer.body["Component"]) == (400, "APIServer")


def test_broken_utf8_in_a_string_is_replaced(client: Client) -> None:
    body = json.dumps({"Job": jobs.job("broken", "hello")}).encode().replace(b'"v1"', b'"\xff"')
    assert client.call("PUT", JOBS, raw=body, headers=JSON).status == 200
    assert client.wait("broken")["Labels"] == {"lilypad": "\ufffd"}


def test_get_needs_no_content_type(client: Client) -> None:
    assert client.call("GET", JOBS).status == 200


def test_stop_with_another_content_type_is_refused(client: Client) -> None:
    client.run(jobs.job("one", "hello"))
    path = f"{JOBS}/one?namespace=lilypad"
    assert client.call("DELETE", path, raw=b"{}", headers={"Content-Type": "text/plain"}).status == 400


@pytest.mark.parametrize(("version", "status"), [("v1.9.3", 200), ("1.4.0", 200), ("v1.3.9", 403), ("nonsense", 400)])
def test_client_version(client: Client, version: str, status: int) -> None:
    answer = client.call("GET", "/api/v1/agent/alive", headers={"X-Bacalhau-Git-Version": version})
    assert answer.status == status


def test_pretty_is_indented(client: Client) -> None:
    connection = http.client.HTTPConnection(HOST, client.server.api_port, timeout=10)
    connection.request("GET", "/api/v1/agent/alive?pretty")
    assert connection.getresponse().read() == b'{\n  "Status": "OK"\n}\n'
    connection.close()


def test_long_answers_are_chunked_and_short_ones_are_not(client: Client) -> None:
    client.run(jobs.job("one", "hello"))
    assert client.call("GET", "/api/v1/agent/alive").headers["content-length"] == "16"
    everything = client.call("GET", f"{JOBS}/one?namespace=lilypad&include=executions,history")
    assert everything.headers["transfer-encoding"] == "chunked"


def test_connection_is_kept(client: Client) -> None:
    connection = http.client.HTTPConnection(HOST, client.server.api_port, timeout=10)
    for _ in range(3):
        connection.request("GET", "/api/v1/agent/alive")
        assert connection.getresponse().read() == b'{"Status":"OK"}\n'
        connection.auto_open = 0
    connection.close()


def test_written_json_has_go_escapes() -> None:
    assert gojson.dumps({"a": "<æ&\u2028>"}) == '{"a":"\\u003cæ\\u0026\\u2028\\u003e"}\n'.encode()


@pytest.mark.parametrize(
    ("text", "cores"), [("100m", 0.1), ("0.5", 0.5), ("2", 2.0), (".5", 0.5), ("1x", None), ("", None)]
)
def test_cpu(text: str, cores: float | None) -> None:
    assert quantities.cpu(text) == cores


@pytest.mark.parametrize(
    ("text", "count"),
    [
        ("512Mb", 512_000_000),
        ("1GiB", 1 << 30),
        ("1Gi", 1 << 30),
        ("1000", 1000),
        ("1.5 kb", 1500),
        ("1tb", 10**12),
        ("b", None),
    ],
)
def test_size(text: str, count: int | None) -> None:
    assert quantities.size(text) == count


@pytest.mark.parametrize(
    ("count", "text"),
    [(0, "0 B"), (999, "999 B"), (1000, "1.0 kB"), (20_221_211_443, "20 GB"), (198_449_201_152, "198 GB")],
)
def test_human_bytes(count: int, text: str) -> None:
    assert quantities.human_bytes(count) == text


@pytest.mark.parametrize(("seconds", "text"), [(3, "3s"), (90, "1m30s"), (1800, "30m0s"), (3605, "1h0m5s")])
def test_duration(seconds: int, text: str) -> None:
    assert quantities.duration(seconds) == text
