"""The public pictures of an account, made to be what its profiles' own pictures show."""

from typing import Any
from uuid import UUID

from psycopg import Connection

from workers.common import logs
from workers.common.database import query
from workers.portraits.files import Pictures
from workers.portraits.pictures import NotAPictureError, name, redraw


def publish(connection: Connection[Any], files: Pictures, account_id: str) -> None:
    """Publish what is new, take away what is not shown any more. Raises StorageAwayError."""
    with connection.transaction():
        connection.execute(query(__file__, "hold"), {"account_id": account_id})
        profiles = connection.execute(query(__file__, "profiles"), {"account_id": account_id}).fetchall()
        published = set()
        for profile_id, avatar_path, portrait_path in profiles:
            picture = _redrawn(files, profile_id, avatar_path)
            path = f"{account_id}/{picture[0]}" if picture else None
            if picture:
                published.add(picture[0])
                if path != portrait_path:
                    files.publish(f"{account_id}/{picture[0]}", picture[1])
            if path != portrait_path:
                changes = {"profile_id": profile_id, "portrait_path": path}
                connection.execute(query(__file__, "save"), changes)
        files.keep(account_id, published)
    logs.info("portraits_published", count=len(published))


def _redrawn(files: Pictures, profile_id: UUID, avatar_path: str | None) -> tuple[str, bytes] | None:
    """The name and the bytes of a profile's public picture; None where it has no picture to show."""
    uploaded = files.read(avatar_path) if avatar_path else None
    if uploaded is None:
        return None
    try:
        picture = redraw(uploaded)
    except NotAPictureError:
        logs.warning("avatar_not_published", reason="not_a_picture")
        return None
    return name(profile_id, picture), picture
