"""Responses to calls that reach no function, in the words of the hosted service."""

from dataclasses import dataclass

from starlette.requests import Request
from starlette.responses import JSONResponse, Response

READABLE = {
    "Access-Control-Allow-Origin": "*",
    "Access-Control-Expose-Headers": "x-sb-error-code, x-request-id, retry-after",
}
ALLOWED = {"Access-Control-Allow-Methods": "GET, HEAD, POST, PUT, PATCH, DELETE, OPTIONS"}

ENDED = "Function exited due to an error (please check logs)"


@dataclass
class FunctionError(Exception):
    status: int
    code: str
    message: str


class UnreachedError(FunctionError):
    """The function's process ended before the request was sent."""

    def __init__(self) -> None:
        super().__init__(500, "WORKER_ERROR", ENDED)


def not_found() -> FunctionError:
    return FunctionError(404, "NOT_FOUND", "Requested function was not found")


def not_started() -> FunctionError:
    return FunctionError(503, "BOOT_ERROR", "Function failed to start (please check logs)")


def crashed() -> FunctionError:
    return FunctionError(500, "WORKER_ERROR", ENDED)


def too_slow() -> FunctionError:
    return FunctionError(504, "IDLE_TIMEOUT", "Function did not answer in time (please check logs)")


def too_many_calls() -> FunctionError:
    return FunctionError(429, "TOO_MANY_CALLS", "Too many calls are under way. Try again in a moment")


def too_many_options() -> FunctionError:
    return FunctionError(429, "TOO_MANY_CALLS", "Too many OPTIONS calls. Try again in a moment")


def unavailable() -> FunctionError:
    return FunctionError(503, "SERVICE_UNAVAILABLE", "The database does not answer. Try again in a moment")


def unauthorized(message: str) -> FunctionError:
    return FunctionError(401, "UNAUTHORIZED", message)


def respond(error: FunctionError, request: Request) -> Response:
    """The response, readable from any origin: no function sets its CORS headers."""
    headers = {"x-sb-error-code": error.code, **READABLE}
    if request.method == "OPTIONS" and "access-control-request-method" in request.headers:
        requested = request.headers.get("access-control-request-headers", "")
        return Response(headers=headers | {"Access-Control-Allow-Headers": requested, **ALLOWED})
    if error.status == 429:
        headers["retry-after"] = "1"
    body = {"code": error.code, "message": error.message, "request_id": request.state.request_id}
    return JSONResponse(body, error.status, headers)
