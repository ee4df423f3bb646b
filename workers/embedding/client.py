"""A client of the search worker, which runs the embedding model."""

from collections.abc import Sequence

import httpx

from workers.common.errors import AwayError, WorkerError
from workers.embedding.core import LONGEST_TEXT, Embeddings, read_embeddings

WITHIN = httpx.Timeout(60.0, connect=5.0)
"""Seconds; a batch may have to wait for another one."""


class SearchAwayError(AwayError):
    """The search process, which holds the model, does not answer."""


class SearchRefusedError(WorkerError):
    """The search process does not embed for us."""


class SearchClient:
    def __init__(self, url: str, service_role_key: str) -> None:
        headers = {"Authorization": f"Bearer {service_role_key}"}
        self._http = httpx.Client(base_url=url, headers=headers, timeout=WITHIN)

    def model(self) -> str:
        """The name of the model, with the hash of its weights."""
        return self.embed([]).model

    def embed(self, texts: Sequence[str]) -> Embeddings:
        """The embeddings of up to BATCH texts. Raises SearchAwayError and SearchRefusedError."""
        try:
            response = self._http.post("/embed", json={"texts": [text[:LONGEST_TEXT] for text in texts]})
        except httpx.TransportError as error:
            raise SearchAwayError(f"{self._http.base_url}, {type(error).__name__}") from error
        if response.status_code >= httpx.codes.INTERNAL_SERVER_ERROR:
            raise SearchAwayError(f"status {response.status_code}")
        if response.status_code != httpx.codes.OK:
            raise SearchRefusedError(f"status {response.status_code}, {response.text[:200]}")
        try:
            return read_embeddings(response.json(), len(texts))
        except ValueError as error:
            raise SearchRefusedError(str(error)) from error

    def close(self) -> None:
        self._http.close()
