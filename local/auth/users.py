"""Users and their identities: creation, changes, and their JSON."""

import hashlib
from base64 import urlsafe_b64encode
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from datetime import UTC, datetime
from typing import Any
from uuid import UUID

import psycopg
from psycopg.types.json import Jsonb

from local.auth.database import Connection, every, first, only, run
from local.auth.errors import AuthError
from local.auth.models import Identity, User

ROLE = "authenticated"
EMAIL_PROVIDER = {"provider": "email", "providers": ["email"]}


def email_exists() -> AuthError:
    return AuthError(422, "email_exists", "A user with this email address has already been registered")


def merged(old: Mapping[str, Any] | None, updates: Mapping[str, Any]) -> dict[str, Any]:
    """Metadata after an update: null removes a key."""
    kept = {name: value for name, value in (old or {}).items() if name not in updates}
    return kept | {name: value for name, value in updates.items() if value is not None}


@contextmanager
def writing(failure: str, **taken: AuthError) -> Iterator[None]:
    """Raise the error in `taken` of a violated unique index, and `failure` for other database errors."""
    try:
        yield
    except psycopg.DataError:
        raise
    except psycopg.Error as error:
        refusal = taken.get(error.diag.constraint_name or "")
        raise refusal or AuthError(500, "unexpected_failure", failure) from error


async def owner_of_email(
    connection: Connection, email: str, aud: str, but: UUID | None = None
) -> User | None:
    return await first(connection, User, "user_owning_email", email=email, aud=aud, except_id=but)


async def insert(
    connection: Connection,
    user_id: UUID,
    aud: str,
    *,
    email: str | None = None,
    encrypted_password: str = "",
    role: str = ROLE,
    app_metadata: Mapping[str, Any],
    user_metadata: Mapping[str, Any],
    is_anonymous: bool = False,
) -> User:
    return await only(
        connection,
        User,
        "insert_user",
        id=user_id,
        aud=aud,
        email=email,
        encrypted_password=encrypted_password,
        role=role,
        app_metadata=Jsonb(app_metadata),
        user_metadata=Jsonb(user_metadata),
        is_anonymous=is_anonymous,
    )


def identity_data(user_id: UUID, email: str, verified: bool = False) -> dict[str, Any]:
    return {"sub": str(user_id), "email": email, "email_verified": verified, "phone_verified": False}


async def add_identity(connection: Connection, user: User, data: Mapping[str, Any]) -> None:
    await run(connection, "insert_identity", user_id=user.id, data=Jsonb(data))


async def confirm_email(connection: Connection, user: User) -> User:
    metadata = merged(user.raw_user_meta_data, {"email_verified": True})
    await run(connection, "delete_one_time_tokens", user_id=user.id)
    return await only(connection, User, "confirm_email", id=user.id, user_metadata=Jsonb(metadata))


async def give_email(connection: Connection, user: User, email: str, confirmed: bool) -> User:
    """Set the address and its identity. A confirmed address makes an anonymous user permanent."""
    changes = {"email": email, "email_verified": confirmed}
    known = await run(connection, "merge_identity", user_id=user.id, data=Jsonb(changes))
    if known.rowcount == 0:
        await add_identity(connection, user, identity_data(user.id, email, confirmed))
    return await only(connection, User, "set_email", id=user.id, email=email, confirmed=confirmed)


async def set_password(
    connection: Connection, user: User, encrypted: str, keep_session: UUID | None = None
) -> User:
    """Set the password, and end all sessions but one."""
    await run(connection, "delete_one_time_tokens", user_id=user.id)
    await run(connection, "delete_sessions", user_id=user.id, except_id=keep_session)
    return await only(connection, User, "set_password", id=user.id, encrypted_password=encrypted)


async def update_user_metadata(connection: Connection, user: User, updates: Mapping[str, Any]) -> User:
    metadata = merged(user.raw_user_meta_data, updates)
    return await only(connection, User, "set_user_metadata", id=user.id, metadata=Jsonb(metadata))


async def update_app_metadata(connection: Connection, user: User, updates: Mapping[str, Any]) -> User:
    metadata = merged(user.raw_app_meta_data, updates)
    return await only(connection, User, "set_app_metadata", id=user.id, metadata=Jsonb(metadata))


async def obscure(connection: Connection, user: User) -> None:
    """Soft deletion: keep the row without its personal data."""
    for identity in await every(connection, Identity, "identities", user_id=user.id):
        hidden = _digest(user.id, f"{identity.provider}:{identity.provider_id}")
        await run(connection, "obscure_identity", id=identity.id, provider_id=hidden)
    for query in ("delete_one_time_tokens", "delete_factors"):
        await run(connection, query, user_id=user.id)
    await run(connection, "delete_sessions", user_id=user.id, except_id=None)
    await run(
        connection,
        "obscure_user",
        id=user.id,
        email=_digest(user.id, user.email or ""),
        phone=_digest(user.id, user.phone or "")[:15],
        email_change=_digest(user.id, user.email_change or ""),
        phone_change=_digest(user.id, user.phone_change or "")[:15],
    )


def _digest(user_id: UUID, value: str) -> str:
    return urlsafe_b64encode(hashlib.sha256(f"{user_id}{value}".encode()).digest()).decode().rstrip("=")


async def described(connection: Connection, user: User) -> dict[str, Any]:
    return as_json(user, await every(connection, Identity, "identities", user_id=user.id))


def as_json(user: User, identities: Sequence[Identity] | None) -> dict[str, Any]:
    optional = {
        "email_confirmed_at": user.email_confirmed_at,
        "phone_confirmed_at": user.phone_confirmed_at,
        "confirmed_at": user.confirmed_at,
        "invited_at": user.invited_at,
        "confirmation_sent_at": user.confirmation_sent_at,
        "recovery_sent_at": user.recovery_sent_at,
        "new_email": user.email_change,
        "email_change_sent_at": user.email_change_sent_at,
        "new_phone": user.phone_change,
        "phone_change_sent_at": user.phone_change_sent_at,
        "reauthentication_sent_at": user.reauthentication_sent_at,
        "last_sign_in_at": user.last_sign_in_at,
        "banned_until": user.banned_until,
        "deleted_at": user.deleted_at,
    }
    return {
        "id": str(user.id),
        "aud": user.aud or "",
        "role": user.role or "",
        "email": user.email or "",
        "phone": user.phone or "",
        **{name: _text(value) for name, value in optional.items() if value},
        "app_metadata": user.raw_app_meta_data or {},
        "user_metadata": user.raw_user_meta_data or {},
        "identities": None if identities is None else [_shown_identity(identity) for identity in identities],
        "created_at": _text(user.created_at),
        "updated_at": _text(user.updated_at),
        "is_anonymous": user.is_anonymous,
    }


def _shown_identity(identity: Identity) -> dict[str, Any]:
    optional = {
        "identity_data": identity.identity_data,
        "last_sign_in_at": _text(identity.last_sign_in_at),
        "email": identity.email,
    }
    return {
        "identity_id": str(identity.id),
        "id": identity.provider_id,
        "user_id": str(identity.user_id),
        "provider": identity.provider,
        "created_at": _text(identity.created_at),
        "updated_at": _text(identity.updated_at),
        **{name: value for name, value in optional.items() if value},
    }


def _text(value: datetime | str | None) -> str | None:
    if isinstance(value, datetime):
        return value.astimezone(UTC).isoformat().replace("+00:00", "Z")
    return value
