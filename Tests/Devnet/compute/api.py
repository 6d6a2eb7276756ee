"""The job endpoints."""

from __future__ import annotations

from typing import Any

from aiohttp import web

from . import decoding, errors, labels, paging, validation
from .errors import bad_request
from .middleware import BODY, JOB_NAME
from .normal import normalise
from .orchestrator import Orchestrator
from .paging import Page
from .records import Compute, Execution, Job
from .responses import json_answer

JOBS = "/api/v1/orchestrator/jobs"
_HISTORY_PAGE = 100


class JobHandlers:
    """Handlers of `/api/v1/orchestrator/jobs` and below."""

    def __init__(self, orchestrator: Orchestrator) -> None:
        self._store = orchestrator.store
        self._scheduler = orchestrator.scheduler

    def routes(self) -> list[web.RouteDef]:
        return [
            web.put(JOBS, self.submit),
            web.post(JOBS, self.submit),
            web.get(JOBS, self.list),
            web.put(JOBS + "/diff", self.diff),
            web.get(JOBS + "/{id}", self.get),
            web.delete(JOBS + "/{id}", self.stop),
            web.get(JOBS + "/{id}/executions", self.executions),
            web.get(JOBS + "/{id}/results", self.results),
            web.get(JOBS + "/{id}/history", self.history),
            web.get(JOBS + "/{id}/versions", self.versions),
        ]

    async def submit(self, request: web.Request) -> web.Response:
        asked = decoding.decode(request[BODY], decoding.REQUEST)
        job_request = asked.get("Job")
        request[JOB_NAME] = (job_request or {}).get("Name", "")
        validation.check_request(job_request)
        assert job_request is not None
        spec, warnings = normalise(job_request)
        validation.check_stored(spec)
        job = await self._store.submit(spec, asked.get("Force", False))
        evaluation = self._scheduler.submitted(job)
        return json_answer(request, {"JobID": job.id, "EvaluationID": evaluation, "Warnings": warnings or None})

    async def diff(self, request: web.Request) -> web.Response:
        job_request = decoding.decode(request[BODY], decoding.REQUEST).get("Job")
        validation.check_request(job_request)
        assert job_request is not None
        spec, warnings = normalise(job_request)
        job = self._store.named(spec["Name"], spec["Namespace"])
        text = "" if job.spec == spec else f"  &models.Job{{\n- \t{job.spec}\n+ \t{spec}\n  }}\n"
        return json_answer(request, {"Diff": text, "Warnings": warnings or None})

    async def list(self, request: web.Request) -> web.Response:
        query = request.query
        selector = [item for text in query.getall("labels", []) for item in labels.parse(text)]
        page = _page(request)
        jobs, token = self._store.page(query.get("namespace", ""), selector, page)
        return json_answer(request, {"NextToken": token, "Items": [job.view() for job in jobs]})

    async def get(self, request: web.Request) -> web.Response:
        job = self._job(request)
        answer: dict[str, Any] = {"Job": _version_view(job, _unsigned(request, "job_version"))}
        included = request.query.get("include", "").split(",")
        if "history" in included:
            answer["History"] = _history(job, job.history, 0)
        if "executions" in included:
            answer["Executions"] = {"NextToken": "", "Items": [execution.view() for execution in job.attempts()]}
        return json_answer(request, answer)

    async def stop(self, request: web.Request) -> web.Response:
        reason = decoding.decode(request[BODY], decoding.STOP).get("reason", "")
        return json_answer(request, {"EvaluationID": self._scheduler.stop(self._job(request), reason)})

    async def executions(self, request: web.Request) -> web.Response:
        job = self._job(request)
        order = request.query.get("order_by", "created_at")
        if order not in ("created_at", "create_time", "modified_at", "modify_time"):
            raise errors.internal()
        found = _executions(job, request)
        by_created = order.startswith("create")
        found.sort(key=lambda item: item.created if by_created else item.modified, reverse=_flag(request, "reverse"))
        limit = _unsigned(request, "limit") or len(found)
        return json_answer(request, {"NextToken": "", "Items": [execution.view() for execution in found[:limit]]})

    async def results(self, request: web.Request) -> web.Response:
        items = [
            execution.published
            for execution in self._job(request).attempts()
            if execution.state is Compute.COMPLETED and execution.published["Type"]
        ]
        return json_answer(request, {"NextToken": "", "Items": items})

    async def history(self, request: web.Request) -> web.Response:
        job = self._job(request)
        offset = int(request.query.get("next_token") or 0) if request.query.get("next_token", "").isdigit() else 0
        return json_answer(request, _history(job, _wanted_history(job, request), offset, _unsigned(request, "limit")))

    async def versions(self, request: web.Request) -> web.Response:
        job = self._job(request)
        return json_answer(request, {"NextToken": "", "Items": [*job.earlier, job.view()]})

    def _job(self, request: web.Request) -> Job:
        return self._store.find(request.match_info["id"], request.query.get("namespace", ""))


def _version_view(job: Job, version: int) -> dict[str, Any]:
    if version in (0, job.version):
        return job.view()
    if version > job.version:
        raise errors.version_not_found(version, job.id)
    return job.earlier[version - 1]


def _executions(job: Job, request: web.Request) -> list[Execution]:
    if _flag(request, "all_job_versions"):
        return list(job.executions)
    version = _unsigned(request, "job_version") or job.version
    _version_view(job, version)
    return [execution for execution in job.executions if execution.job_version == version]


def _wanted_history(job: Job, request: web.Request) -> list[dict[str, Any]]:
    kinds = {"": "", "all": "", "job": "JobLevel", "execution": "ExecutionLevel"}
    kind = kinds.get(request.query.get("event_type", ""))
    if kind is None:
        raise bad_request(f"invalid event_type: {request.query['event_type']}")
    execution = request.query.get("execution_id", "")
    version = _unsigned(request, "job_version") or job.version
    every = _flag(request, "all_job_versions")
    return [
        item
        for item in job.history
        if kind in ("", item["Type"])
        and item.get("ExecutionID", "").startswith(execution)
        and (every or item["JobVersion"] == version)
    ]


def _history(job: Job, items: list[dict[str, Any]], offset: int, limit: int = 0) -> dict[str, Any]:
    """A page of history; its token is empty once the job has ended and everything was read."""
    end = offset + (limit or _HISTORY_PAGE)
    more = end < len(items) or not job.is_terminal
    return {"NextToken": str(min(end, len(items))) if more else "", "Items": items[offset:end]}


def _page(request: web.Request) -> Page:
    query = request.query
    if query.get("next_token"):
        return paging.from_token(query["next_token"])
    return Page(query.get("order_by") or "created_at", _flag(request, "reverse"), _unsigned(request, "limit"))


def _unsigned(request: web.Request, name: str) -> int:
    text = request.query.get(name, "")
    if not text:
        return 0
    if not (text.isascii() and text.isdigit()):
        raise errors.echo_error(f'strconv.ParseUint: parsing "{text}": invalid syntax')
    return int(text)


def _flag(request: web.Request, name: str) -> bool:
    text = request.query.get(name, "")
    if text in ("", "0", "f", "F", "false", "FALSE", "False"):
        return False
    if text in ("1", "t", "T", "true", "TRUE", "True"):
        return True
    raise errors.echo_error(f'strconv.ParseBool: parsing "{text}": invalid syntax')
