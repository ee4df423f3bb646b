"""The published pictures of an account, updated from the pictures that its profiles uploaded."""

from typing import Any
from uuid import UUID

from psycopg import Connection

from workers.common import logs
from workers.common.queries import queries
from workers.portraits.child import redraw_apart
from workers.portraits.files import Pictures
from workers.portraits.pictures import NotAPictureError, name

QUERIES = queries("portraits")
ROUNDS = 3
"""Of reading files that changed meanwhile; each change enqueues a job of its own."""


def publish(connection: Connection[Any], files: Pictures, account_id: str) -> None:
    """Publish new pictures, delete those that no profile shows. Raises StorageAwayError.

    Files are decoded between two transactions, so that a slow picture holds no lock.
    """
    drawn: dict[bytes, bytes | None] = {}
    for _ in range(ROUNDS):
        unknown = _publish_drawn(connection, files, account_id, drawn)
        if not unknown:
            return
        drawn |= {content: _redrawn(content) for content in unknown}


def _publish_drawn(
    connection: Connection[Any], files: Pictures, account_id: str, drawn: dict[bytes, bytes | None]
) -> set[bytes]:
    """Publish if the contents of all uploaded files are keys of `drawn`; otherwise return those that are not.

    The value of a content is the picture to publish, None if it is invalid.

    A profile or user may be deleted during the uploads. So the profiles are read again after them, with a
    lock that the deletion takes first (private.delete_user_rows): either the deletion finds the files, or
    they are deleted here.
    """
    account = {"account_id": account_id}
    with connection.transaction():
        connection.execute(QUERIES["lock_account"], account)
        profiles = connection.execute(QUERIES["profiles"], account).fetchall()
        uploaded = {profile_id: files.read(path) if path else None for profile_id, path, _ in profiles}
        unknown = {content for content in uploaded.values() if content is not None} - drawn.keys()
        if unknown:
            return unknown
        pictures = {
            profile_id: (_named(profile_id, drawn.get(uploaded[profile_id] or b"")), portrait_path)
            for profile_id, _, portrait_path in profiles
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
    return set()


def _named(profile_id: UUID, picture: bytes | None) -> tuple[str, bytes] | None:
    return (name(profile_id, picture), picture) if picture else None


def _redrawn(content: bytes) -> bytes | None:
    """The picture to publish of an uploaded file; None if the file is not a valid picture."""
    try:
        return redraw_apart(content)
    except NotAPictureError:
        logs.warning("avatar_not_published", reason="not_a_picture")
        return None
