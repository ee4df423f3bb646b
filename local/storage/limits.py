"""The rate limit of Storage: by user, or by network address without a user."""

from starlette.requests import Request

from local import limits
from local.storage.callers import caller_or_anonymous
from local.storage.context import storage_of
from local.storage.database import SERVICE
from local.storage.errors import StorageError
from local.storage.file_bodies import drain

ADMITTED = ("storage.tus.upload.part", "storage.tus.upload.get")
"""Chunks of an upload whose creation was counted."""


async def count(request: Request) -> None:
    """Count the request. Raises StorageError above the limit."""
    storage = storage_of(request)
    caller = caller_or_anonymous(request, storage.settings.jwt_secret)
    if caller.role == SERVICE or request.state.operation in ADMITTED:
        return
    counted = caller.owner if caller.role != "anon" and caller.owner else limits.network(request)
    async with storage.pool.connection() as connection:
        refusal = await limits.refusal(
            connection, storage.settings.admission, caller.role, "storage", counted
        )
    if refusal:
        await drain(request)
        message = f"Rate limit exceeded, retry in {refusal.wait} seconds"
        raise StorageError(429, "SlowDown", message, "Too Many Requests", http=429, headers=refusal.headers)
