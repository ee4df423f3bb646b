"""Rows of the schema `auth`, with the columns that the server reads."""

from dataclasses import dataclass, field
from datetime import datetime
from typing import Any
from uuid import UUID

NO_ID = UUID(int=0)
"""The instance of every row, and the session of a token without one."""


@dataclass(frozen=True)
class User:
    id: UUID
    aud: str | None
    role: str | None
    email: str | None
    phone: str | None
    encrypted_password: str | None = field(repr=False)
    email_confirmed_at: datetime | None
    phone_confirmed_at: datetime | None
    confirmed_at: datetime | None
    invited_at: datetime | None
    confirmation_sent_at: datetime | None
    recovery_sent_at: datetime | None
    email_change: str | None
    email_change_sent_at: datetime | None
    phone_change: str | None
    phone_change_sent_at: datetime | None
    reauthentication_sent_at: datetime | None
    last_sign_in_at: datetime | None
    raw_app_meta_data: dict[str, Any] | None
    raw_user_meta_data: dict[str, Any] | None
    created_at: datetime | None
    updated_at: datetime | None
    banned_until: datetime | None
    deleted_at: datetime | None
    is_anonymous: bool

    def is_banned(self, now: datetime) -> bool:
        return self.banned_until is not None and now < self.banned_until


@dataclass(frozen=True)
class Identity:
    id: UUID
    provider_id: str
    user_id: UUID
    identity_data: dict[str, Any]
    provider: str
    email: str | None
    last_sign_in_at: datetime | None
    created_at: datetime | None
    updated_at: datetime | None


@dataclass(frozen=True)
class Session:
    id: UUID
    user_id: UUID
    created_at: datetime
    not_after: datetime | None
    refreshed_at: datetime | None
    aal: str | None


@dataclass(frozen=True)
class RefreshToken:
    token: str = field(repr=False)
    parent: str | None = field(repr=False)
    revoked: bool
    updated_at: datetime


@dataclass(frozen=True)
class MethodUsed:
    """How the user of a session signed in."""

    authentication_method: str
    updated_at: datetime
