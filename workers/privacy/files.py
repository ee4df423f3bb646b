"""Files, deleted through Storage, which deletes both the row and the bytes."""

from collections.abc import Iterable
from itertools import groupby
from operator import itemgetter

import httpx
from storage3 import SyncStorageClient
from storage3.utils import StorageException

from workers.common.errors import AwayError

BATCH = 500
"""Files per request."""
WITHIN = 60
"""Seconds until a response must have arrived."""


class StorageAwayError(AwayError):
    """Storage does not delete files."""


class StorageRefusedError(StorageAwayError):
    """Storage responds, but does not delete the files."""


class Files:
    def __init__(self, supabase_url: str, service_role_key: str) -> None:
        self._url = f"{supabase_url}/storage/v1/"
        self._headers = {"apikey": service_role_key, "Authorization": f"Bearer {service_role_key}"}

    def delete(self, files: Iterable[tuple[str, str]]) -> None:
        """Delete files, given by bucket and name in order of buckets; those that do not exist are skipped.

        Raises StorageAwayError.
        """
        with httpx.Client(headers=self._headers, timeout=WITHIN) as http:
            storage = SyncStorageClient(self._url, self._headers, http_client=http)
            for bucket, group in groupby(files, key=itemgetter(0)):
                names = [name for _, name in group]
                for start in range(0, len(names), BATCH):
                    try:
                        storage.from_(bucket).remove(names[start : start + BATCH])
                    except StorageException as error:
                        raise StorageRefusedError from error
                    except (httpx.HTTPError, ValueError) as error:
                        raise StorageAwayError from error
