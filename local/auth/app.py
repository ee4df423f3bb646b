"""The routes of the Auth part, and how what goes wrong in them is answered."""

import logging
from collections.abc import Awaitable, Callable
from pathlib import Path

import psycopg
from starlette.requests import ClientDisconnect, Request
from starlette.responses import PlainTextResponse, Response
from starlette.routing import Route, Router
from starlette.types import Receive, Scope, Send

from local.auth.endpoints import about, admin_edits, admin_users, logout, signup, token, user
from local.auth.errors import UNEXPECTED, AuthError, of_trigger, respond
from local.failures import report

Endpoint = Callable[[Request], Awaitable[Response]]

HERE = Path(__file__).parent

log = logging.getLogger(__name__)


def answering(endpoint: Endpoint) -> Endpoint:
    async def answer(request: Request) -> Response:
        try:
            return await endpoint(request)
        except AuthError as error:
            if refused := of_trigger(error.__cause__):
                return refused
            if error.status >= 500:
                report(log, HERE, request, error.__cause__ or error)
            return respond(error, request)
        except ClientDisconnect:
            return Response(status_code=499)
        except psycopg.DataError as error:
            report(log, HERE, request, error, logging.INFO)
            refusal = AuthError(400, "validation_failed", "A value is malformed or out of range")
            return respond(refusal, request)
        except Exception as error:
            if refused := of_trigger(error):
                return refused
            report(log, HERE, request, error)
            return respond(AuthError(500, "unexpected_failure", UNEXPECTED), request)

    return answer


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
