"""Users read and deleted with a service key: GET /admin/users, GET and DELETE /admin/users/ID."""

from dataclasses import dataclass
from uuid import UUID

from starlette.requests import Request
from starlette.responses import JSONResponse

from local.auth import audit, pages, users
from local.auth.access import administrator, as_uuid
from local.auth.bodies import decode, read_body
from local.auth.context import audience_of, auth_of
from local.auth.database import Connection, every, first, run
from local.auth.errors import AuthError
from local.auth.models import User


@dataclass(frozen=True)
class AdminUserDeleteParams:
    should_soft_delete: bool = False


async def listed(request: Request) -> JSONResponse:
    """The users of a page; without identities, as in GoTrue."""
    async with auth_of(request).pool.connection() as connection:
        await administrator(request, connection)
        query, aud = request.query_params, audience_of(request)
        page, ascending = pages.page_of(query), pages.ascends(query.getlist("sort"))
        chosen = {"aud": aud, "filter": query.get("filter", "")}
        counted = await (await run(connection, "count_users", **chosen)).fetchone()
        rows = await every(
            connection, User, "list_users", **chosen, ascending=ascending, limit=page.size, offset=page.offset
        )
    total = counted["count"] if counted else 0
    return JSONResponse(
        {"users": [users.as_json(user, None) for user in rows], "aud": aud},
        headers=pages.headers("/admin/users", request.url.query, page, total),
    )


async def one(request: Request) -> JSONResponse:
    async with auth_of(request).pool.connection() as connection:
        await administrator(request, connection)
        return JSONResponse(await users.described(connection, await named(request, connection)))


async def deleted(request: Request) -> JSONResponse:
    content = await read_body(request)
    async with auth_of(request).pool.connection() as connection, connection.transaction():
        role = await administrator(request, connection)
        user = await locked(connection, (await named(request, connection)).id)
        params = decode(content or b"{}", AdminUserDeleteParams)
        await audit.record(connection, "user_deleted", role, user_id=str(user.id), user_email=user.email)
        with users.writing("Database error deleting user"):
            if not params.should_soft_delete:
                await run(connection, "delete_user", id=user.id)
            elif not user.deleted_at:
                await users.obscure(connection, user)
    return JSONResponse({})


async def named(request: Request, connection: Connection) -> User:
    user_id = as_uuid(request.path_params["user_id"])
    if user_id is None:
        raise AuthError(404, "validation_failed", "user_id must be an UUID")
    user = await first(connection, User, "user_by_id", id=user_id)
    if user is None:
        raise _not_found()
    return user


async def locked(connection: Connection, user_id: UUID) -> User:
    user = await first(connection, User, "lock_user", id=user_id)
    if user is None:
        raise _not_found()
    return user


def _not_found() -> AuthError:
    return AuthError(404, "user_not_found", "User not found")
