"""Until when a session lasts, and what showing a refresh token leads to."""

from datetime import datetime, timedelta
from enum import Enum, auto

from local.auth.models import RefreshToken, Session


class Exchange(Enum):
    ROTATE = auto()
    """The token is fresh: it is revoked and its successor given."""
    REPEAT = auto()
    """It was exchanged a moment ago, or its successor not yet used: the client gets that one again."""
    REUSE = auto()
    """Somebody shows a token that its family has left behind: one of the two is a thief."""


def end_reason(
    session: Session,
    token: RefreshToken,
    now: datetime,
    inactivity_timeout: timedelta | None,
    timebox: timedelta | None,
) -> str | None:
    """Why the session is over; None: it is not."""
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
