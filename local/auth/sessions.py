"""The end of a session, and the result of exchanging a refresh token."""

from datetime import datetime, timedelta
from enum import Enum, auto

from local.auth.models import RefreshToken, Session


class Exchange(Enum):
    ROTATE = auto()
    """The token is active: revoke it and return its successor."""
    REPEAT = auto()
    """It was exchanged just now, or its successor is unused: return the successor again."""
    REUSE = auto()
    """An old token is reused: the token or its successor has been stolen."""


def end_reason(
    session: Session,
    token: RefreshToken,
    now: datetime,
    inactivity_timeout: timedelta | None,
    timebox: timedelta | None,
) -> str | None:
    """Why the session has ended; None for an active session."""
    if session.not_after and now > session.not_after:
        return "Session Expired"
    if timebox and now > session.created_at + timebox:
        return "Session Expired"
    last_refresh = session.refreshed_at or max(session.created_at, token.updated_at)
    if inactivity_timeout and now > last_refresh + inactivity_timeout:
        return "Session Expired (Inactivity)"
    return None


def exchange(
    token: RefreshToken, active: RefreshToken | None, now: datetime, reuse_interval: timedelta
) -> Exchange:
    """`active` is the one token of the session that is not revoked."""
    if not token.revoked:
        return Exchange.ROTATE
    if active and (active.parent == token.token or now <= token.updated_at + reuse_interval):
        return Exchange.REPEAT
    return Exchange.REUSE
