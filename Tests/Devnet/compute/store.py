"""The job store: who has which name, which version is current, how jobs are found again."""

from __future__ import annotations

import asyncio
import uuid
from typing import Any

from . import errors
from .labels import Requirement
from .paging import Page
from .records import Job


class Store:
    """All jobs of one orchestrator. `commit` is the time in seconds in which two first submissions can meet."""

    def __init__(self, node_id: str, commit: float = 0.0005) -> None:
        self._jobs: dict[str, Job] = {}
        self._names: dict[tuple[str, str], Job] = {}
        self._commit = commit
        self._meta = {
            "bacalhau.org/orchestrator.id": node_id,
            "bacalhau.org/requester.id": node_id,
            "bacalhau.org/server.instance.id": uuid.uuid4().hex * 2,
        }

    async def submit(self, spec: dict[str, Any], force: bool) -> Job:
        """Creates the job, or a new version of it when the name is known and the spec is another one.

        Raises 500 `no changes` for an identical spec, 500 for a new label key, 409 when another one came between.
        """
        known = self._names.get((spec["Namespace"], spec["Name"])) if spec["Name"] else None
        if known is not None:
            return self._update(known, spec, force)
        await asyncio.sleep(self._commit)
        return self._create(spec)

    def _create(self, spec: dict[str, Any]) -> Job:
        job = Job(spec, self._meta)
        if not spec["Name"]:
            spec["Name"] = job.id
        key = (job.namespace, job.name)
        if key in self._names:
            raise errors.name_taken(job.name, job.namespace)
        self._jobs[job.id] = self._names[key] = job
        job.note("Submission", "Job submitted")
        return job

    def _update(self, job: Job, spec: dict[str, Any], force: bool) -> Job:
        if job.spec == spec and not force:
            raise errors.no_changes(job.name, job.id)
        if not spec["Labels"].keys() <= job.spec["Labels"].keys():
            raise errors.internal()
        job.update(spec)
        job.note("Submission", "Job updated")
        return job

    def find(self, key: str, namespace: str) -> Job:
        """The job of a name in the namespace (empty: `default`), else of an id, else of a unique beginning of an id."""
        job = self._names.get((namespace or "default", key)) or self._jobs.get(key)
        if job is not None:
            return job
        matches = [job for id, job in self._jobs.items() if id.startswith(key)]
        if len(matches) > 1:
            raise errors.ambiguous_id(key)
        if not matches:
            raise errors.job_not_found(key)
        return matches[0]

    def named(self, name: str, namespace: str) -> Job:
        """The job of exactly that name, or 404."""
        job = self._names.get((namespace or "default", name))
        if job is None:
            raise errors.job_not_found(name)
        return job

    def page(self, namespace: str, selector: list[Requirement], page: Page) -> tuple[list[Job], str]:
        """One page of the list and the token of the next, empty at the end."""
        if page.order not in ("created_at", "modified_at"):
            raise errors.internal()
        jobs = [
            job
            for job in self._jobs.values()
            if namespace in ("", "*", job.namespace)
            and all(requirement.matches(job.spec["Labels"]) for requirement in selector)
        ]
        by_created = page.order == "created_at"
        jobs.sort(key=lambda job: job.created if by_created else job.modified, reverse=page.reverse)
        if not page.limit:
            return jobs[page.offset :], ""
        end = page.offset + page.limit
        return jobs[page.offset : end], page.next_token() if end < len(jobs) else ""

    def all(self) -> list[Job]:
        return list(self._jobs.values())
