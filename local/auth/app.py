"""The routes of the Auth part, and how what goes wrong in them is answered."""

import logging
import traceback
from collections.abc import Awaitable, Callable
from pathlib import Path

import psycopg
from starlette.requests import ClientDisconnect, Request
from starlette.responses import PlainTextResponse, Response
from starlette.routing import Route, Router
from starlette.types import Receive, Scope, Send

from local.auth.endpoints import about, admin_edits, admin_users, logout, signup, token, user
from local.auth.errors import UNEXPECTED, AuthError, respond

Endpoint = Callable[[Request], Awaitable[Response]]

HERE = str(Path(__file__).parent)

log = logging.getLogger(__name__)


def answering(endpoint: Endpoint) -> Endpoint:
    async def answer(request: Request) -> Response:
        try:
            return await endpoint(request)
        except AuthError as error:
            if error.status >= 500:
                _report(request, error.__cause__ or error)
            return respond(error, request)
        except ClientDisconnect:
            return Response(status_code=499)
        except psycopg.DataError as error:
            _report(request, error, logging.INFO)
            refusal = AuthError(400, "validation_failed", "A value is malformed or out of range")
            return respond(refusal, request)
        except Exception as error:
            _report(request, error)
            return respond(AuthError(500, "unexpected_failure", UNEXPECTED), request)

    return answer


def _report(request: Request, error: BaseException, level: int = logging.ERROR) -> None:
    """What failed and where, without the error's own words: they may quote an address or a token."""
    frames = traceback.extract_tb(error.__traceback__)
    ours = [f"{Path(frame.filename).name}:{frame.lineno}" for frame in frames if HERE in frame.filename]
    fields = {"request_id": request.state.request_id, "error": type(error).__name__, "at": ours}
    if isinstance(error, psycopg.Error):
        lines = (error.diag.context or "").splitlines()
        functions = [line for line in lines if line.startswith(("PL/pgSQL function", "SQL function"))]
        constraint = error.diag.constraint_name
        fields |= {"sqlstate": error.sqlstate, "constraint": constraint, "within": functions}
    log.log(level, "request failed", extra={"fields": fields})


async def not_found(scope: Scope, receive: Receive, send: Send) -> None:
    await PlainTextResponse("404 page not found\n", 404)(scope, receive, send)


def route(path: str, method: str, endpoint: Endpoint) -> Route:
    return Route(path, answering(endpoint), methods=[method])


router = Router(
    [
        route("/health", "GET", about.health),
        route("/settings", "GET", about.settings),
        route("/.well-known/jwks.json", "GET", about.jwks),
        route("/signup", "POST", signup.sign_up),
        route("/token", "POST", token.token),
        route("/user", "GET", user.read),
        route("/user", "PUT", user.update),
        route("/logout", "POST", logout.log_out),
        route("/admin/users", "GET", admin_users.listed),
        route("/admin/users", "POST", admin_edits.created),
        route("/admin/users/{user_id}", "GET", admin_users.one),
        route("/admin/users/{user_id}", "PUT", admin_edits.updated),
        route("/admin/users/{user_id}", "DELETE", admin_users.deleted),
    ],
    redirect_slashes=False,
    default=not_found,
)
