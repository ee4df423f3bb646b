"""The buckets of uploaded and of published pictures, accessed through Storage."""

from collections.abc import Iterator
from contextlib import contextmanager

import httpx
from storage3 import SyncStorageClient
from storage3.utils import StorageException

from workers.common.errors import AwayError

UPLOADED, PUBLISHED = "avatars", "portraits"
WITHIN = 30
"""Seconds until a response must have arrived."""
MOST_NAMES = 100
"""Names per listing; an account has at most five profiles."""
A_YEAR = "31536000"


class StorageAwayError(AwayError):
    """Storage does not read or write pictures."""


class Pictures:
    """Every method raises StorageAwayError."""

    def __init__(self, supabase_url: str, service_role_key: str) -> None:
        self._url = f"{supabase_url}/storage/v1/"
        self._headers = {"apikey": service_role_key, "Authorization": f"Bearer {service_role_key}"}

    def read(self, path: str) -> bytes | None:
        """An uploaded picture; None if the file does not exist."""
        with self._storage() as storage:
            folder, _, file = path.rpartition("/")
            if not any(entry["name"] == file for entry in storage.from_(UPLOADED).list(folder)):
                return None
            return bytes(storage.from_(UPLOADED).download(path))

    def publish(self, path: str, picture: bytes) -> None:
        options = {"content-type": "image/webp", "cache-control": A_YEAR, "upsert": "true"}
        with self._storage() as storage:
            storage.from_(PUBLISHED).upload(path, picture, options)  # type: ignore[arg-type]

    def keep(self, account: object, names: set[str]) -> None:
        """Delete the published pictures of an account, except those with these names."""
        with self._storage() as storage:
            published = storage.from_(PUBLISHED).list(str(account), {"limit": MOST_NAMES})
            others = [f"{account}/{entry['name']}" for entry in published if entry["name"] not in names]
            if others:
                storage.from_(PUBLISHED).remove(others)

    @contextmanager
    def _storage(self) -> Iterator[SyncStorageClient]:
        with httpx.Client(headers=self._headers, timeout=WITHIN) as http:
            try:
                yield SyncStorageClient(self._url, self._headers, http_client=http)
            except (StorageException, httpx.HTTPError) as error:
                raise StorageAwayError from error
