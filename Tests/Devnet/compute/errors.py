"""Errors as Bacalhau's API answers them."""

from __future__ import annotations

from typing import Any


class APIError(Exception):
    """One error answer; `hint` and `details` only where the server sends them."""

    def __init__(
        self,
        status: int,
        message: str,
        code: str = "InternalError",
        component: str = "APIServer",
        hint: str | None = None,
        details: dict[str, str] | None = None,
    ) -> None:
        super().__init__(message)
        self.status = status
        self.message = message
        self.code = code
        self.component = component
        self.hint = hint
        self.details = details

    def body(self, request_id: str) -> dict[str, Any]:
        """The JSON body; `request_id` is what the client sent, else empty."""
        answer: dict[str, Any] = {
            "Status": self.status,
            "Message": self.message,
            "RequestID": request_id,
            "Code": self.code,
            "Component": self.component,
        }
        if self.hint:
            answer["Hint"] = self.hint
        if self.details:
            answer["Details"] = self.details
        return answer


def unknown_path() -> APIError:
    """A path or verb that the API does not have."""
    return APIError(
        404,
        "The requested resource/URL was not found.",
        "NotFound",
        "APIServer",
        "The server version may be older than this CLI version and does not support the endpoint yet.",
        {
            "cli_usage": "If you are using the CLI, try updating your server to a newer version "
            "or check if the command is supported in your server version."
        },
    )


def internal() -> APIError:
    """An error whose cause the server keeps to itself."""
    return APIError(500, "Internal server error", "InternalError", "Unknown")


def bad_request(message: str) -> APIError:
    """A request that the API layer refuses (its code says InternalError all the same)."""
    return APIError(400, message)


def echo_error(message: str) -> APIError:
    """A 400 whose text is a wrapped binding error."""
    return APIError(400, f"code=400, message={message}, internal={message}")


def job_not_found(key: str) -> APIError:
    return APIError(404, f"job not found: {key}", "NotFound", "JobStore")


def version_not_found(version: int, job_id: str) -> APIError:
    return APIError(404, f"job version {version} not found for job {job_id}", "NotFound", "JobStore")


def name_taken(name: str, namespace: str) -> APIError:
    """Two first submissions of one name met."""
    return APIError(409, f"job name {name} already exists in namespace {namespace}", "ResourceInUse", "JobStore")


def no_changes(name: str, job_id: str) -> APIError:
    """The same spec under a known name."""
    return APIError(
        500,
        f"no changes detected for new job spec. Job Name: '{name}', Job Id: '{job_id}'",
        "",
        "Bacalhau",
        "Use the --force flag to override this warning",
    )


def cannot_stop_completed() -> APIError:
    return APIError(500, "cannot stop job in state Completed", "", "Bacalhau")


def cannot_stop_failed(job_id: str) -> APIError:
    return APIError(
        500,
        f"job {job_id} is in terminal state Failed and cannot transition to Stopped",
        "ConflictJobState",
        "JobStore",
    )


def ambiguous_id(key: str) -> APIError:
    return APIError(500, f"multiple jobs found for id {key}", "MultipleJobsFound", "JobStore")


def chunked_body() -> APIError:
    """The default authorizer cannot measure a chunked body."""
    return APIError(
        500,
        "unexpected authorization error",
        "InternalError",
        "Authorizer",
        "Please check orchestrator logs for more details",
    )


def unsupported_media_type() -> APIError:
    return APIError(400, "code=415, message=Unsupported Media Type")


def body_too_large() -> APIError:
    return APIError(413, "Request Entity Too Large")
