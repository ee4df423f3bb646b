"""POST /logout: end this session, the others, or all."""

from starlette.requests import Request
from starlette.responses import Response

from local.auth import audit
from local.auth.access import caller
from local.auth.context import auth_of
from local.auth.database import run
from local.auth.errors import AuthError


async def log_out(request: Request) -> Response:
    scope = request.query_params.get("scope") or "global"
    async with auth_of(request).pool.connection() as connection, connection.transaction():
        called = await caller(request, connection)
        if scope not in ("global", "local", "others"):
            raise AuthError(400, "validation_failed", f'Unsupported logout scope "{scope}"')
        await audit.record(connection, "logout", called.user)
        if scope == "local" and called.session:
            await run(connection, "delete_session", id=called.session.id)
        else:
            kept = called.session.id if scope == "others" and called.session else None
            await run(connection, "delete_sessions", user_id=called.user.id, except_id=kept)
    return Response(status_code=204)
