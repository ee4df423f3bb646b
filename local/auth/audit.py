"""The audit trail in auth.audit_log_entries."""

from typing import Any

from psycopg.types.json import Json

from local.auth.database import Connection, run
from local.auth.models import NO_ID, User

LOG_TYPES = {
    "login": "account",
    "logout": "account",
    "user_signedup": "team",
    "user_deleted": "team",
    "token_revoked": "token",
    "token_refreshed": "token",
    "user_modified": "user",
    "user_repeated_signup": "user",
    "user_updated_password": "user",
}


async def record(connection: Connection, action: str, actor: User | str, **traits: str | None) -> None:
    """Add an entry. `actor` is a user, or the role of a service key."""
    payload: dict[str, Any] = {"action": action, "log_type": LOG_TYPES[action], "actor_via_sso": False}
    if isinstance(actor, User):
        payload |= {"actor_id": str(actor.id), "actor_username": actor.email or ""}
        if name := (actor.raw_user_meta_data or {}).get("full_name"):
            payload["actor_name"] = name
    else:
        payload |= {"actor_id": str(NO_ID), "actor_username": actor}
    if traits:
        payload["traits"] = traits
    await run(connection, "insert_audit_entry", payload=Json(payload))
