"""The routes of Auth, and the responses for errors."""

import logging
from collections.abc import Awaitable, Callable
from pathlib import Path

import psycopg
import psycopg_pool
from starlette.requests import ClientDisconnect, Request
from starlette.responses import Response
from starlette.routing import Match, Mount, Route, Router
from starlette.types import Receive, Scope, Send

from local.auth.endpoints import about, admin_edits, admin_users, logout, signup, token, user
from local.auth.errors import UNEXPECTED, AuthError, of_trigger, respond
from local.error_log import report

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
        except psycopg_pool.PoolTimeout as error:
            report(log, HERE, request, error)
            message = "Processing this request timed out, please retry after a moment."
            return respond(AuthError(504, "request_timeout", message), request)
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
    """Responds 404; as JSON for a path that GoTrue has and this server does not: clients parse every body."""
    request, path = Request(scope), scope["path"].removeprefix(scope.get("root_path", ""))
    if any(route.matches(scope)[0] == Match.PARTIAL for route in ROUTES):
        error = AuthError(405, "method_not_allowed", f"{request.method} is not a method of {path}")
    else:
        absent = next((what for prefix, what in ABSENT.items() if path.startswith(prefix)), "This endpoint")
        error = AuthError(404, "not_found", f"{absent} is not part of this server: {path}")
    await respond(error, request)(scope, receive, send)


def route(path: str, method: str, endpoint: Endpoint) -> Route:
    return Route(path, answering(endpoint), methods=[method])


ABSENT = {
    **dict.fromkeys(
        ("/otp", "/verify", "/resend", "/reauthenticate", "/magiclink"), "Signing in by mail or message"
    ),
    **dict.fromkeys(("/authorize", "/callback", "/sso", "/saml", "/oauth"), "Signing in by another provider"),
    "/user/identities": "Linking another provider",
    "/recover": "Recovery of a password by mail",
    "/factors": "Signing in by a second factor",
    "/passkeys": "Signing in by passkey",
    **dict.fromkeys(("/invite", "/admin/generate_link"), "Inviting by mail"),
    "/admin": "This endpoint of administration",
}
"""The prefixes of paths that only GoTrue has."""
ROUTES = [
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
]
# Last, but before Starlette's own response to a known path with another method.
router = Router([*ROUTES, Mount("", not_found)], redirect_slashes=False)
