"""The errors that a client receives, in the form of Supabase's REST API."""

from http import HTTPStatus
from typing import Any

from workers.common.errors import WorkerError


class ApiError(WorkerError):
    """The request is refused."""

    def __init__(
        self, status: int, code: str, message: str, details: Any = None, hint: str | None = None
    ) -> None:
        super().__init__(message)
        self.status = status
        self.body = {"code": code, "message": message, "details": details, "hint": hint}


def invalid_parameter(field: str, message: str) -> ApiError:
    return ApiError(HTTPStatus.BAD_REQUEST, "invalid_parameter", message, {"field": field})


def unknown_parameter(field: str, message: str) -> ApiError:
    return ApiError(HTTPStatus.BAD_REQUEST, "unknown_parameter", message, {"field": field})


def missing_key() -> ApiError:
    hint = "Send the anon or publishable key in the header apikey, or a token as Authorization: Bearer."
    return ApiError(HTTPStatus.UNAUTHORIZED, "missing_key", "No API key or token in the request.", hint=hint)


def invalid_token(hint: str | None = None) -> ApiError:
    return ApiError(HTTPStatus.UNAUTHORIZED, "invalid_token", "The API key or token is not valid.", hint=hint)


def not_service() -> ApiError:
    return ApiError(HTTPStatus.FORBIDDEN, "not_service", "Only the service role may do this.")


def no_metrics() -> ApiError:
    hint = "Send METRICS_TOKEN as Authorization: Bearer."
    return ApiError(HTTPStatus.UNAUTHORIZED, "invalid_token", "The metrics take their own token.", hint=hint)


def busy() -> ApiError:
    return ApiError(HTTPStatus.TOO_MANY_REQUESTS, "too_many_at_once", "Too many searches at once from here.")


def unavailable(service: str) -> ApiError:
    return ApiError(
        HTTPStatus.SERVICE_UNAVAILABLE,
        "unavailable",
        f"{service} does not answer.",
        hint="Try again in a moment.",
    )
