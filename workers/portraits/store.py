"""The published pictures of an account, updated from the pictures that its profiles uploaded."""

from typing import Any
from uuid import UUID

from psycopg import Connection

from workers.common import logs
from workers.common.queries import queries
from workers.portraits.files import Pictures
from workers.portraits.pictures import NotAPictureError, name, redraw

QUERIES = queries("portraits")


def publish(connection: Connection[Any], files: Pictures, account_id: str) -> None:
    """Publish new pictures, delete those that no profile shows. Raises StorageAwayError.

    A profile or user may be deleted during the uploads. So the profiles are read again after them, with a
    lock that the deletion takes first (private.delete_user_rows): either the deletion finds the files, or
    they are deleted here.
    """
    account = {"account_id": account_id}
    with connection.transaction():
        connection.execute(QUERIES["lock_account"], account)
        pictures = {
            profile_id: (_redrawn(files, profile_id, avatar_path), portrait_path)
            for profile_id, avatar_path, portrait_path in connection.execute(
                QUERIES["profiles"], account
            ).fetchall()
        }
        for picture, portrait_path in pictures.values():
            if picture and f"{account_id}/{picture[0]}" != portrait_path:
                files.publish(f"{account_id}/{picture[0]}", picture[1])
        published = set()
        for (profile_id,) in connection.execute(QUERIES["lock_profiles"], account).fetchall():
            picture, portrait_path = pictures.get(profile_id, (None, None))
            path = f"{account_id}/{picture[0]}" if picture else None
            if picture:
                published.add(picture[0])
            if path != portrait_path:
                changes = {"profile_id": profile_id, "portrait_path": path}
                connection.execute(QUERIES["save_path"], changes)
        files.keep(account_id, published)
    logs.info("portraits_published", count=len(published))


def _redrawn(files: Pictures, profile_id: UUID, avatar_path: str | None) -> tuple[str, bytes] | None:
    """The name and the bytes of the picture to publish; None if the profile has no valid picture."""
    uploaded = files.read(avatar_path) if avatar_path else None
    if uploaded is None:
        return None
    try:
        picture = redraw(uploaded)
    except NotAPictureError:
        logs.warning("avatar_not_published", reason="not_a_picture")
        return None
    return name(profile_id, picture), picture
