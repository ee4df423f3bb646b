"""The catalogue, queried through the REST server as the caller, so that row level security applies."""

from collections.abc import Sequence
from http import HTTPStatus
from typing import Any

import httpx
from postgrest import SyncPostgrestClient

from workers.search.core import Query, Search, Understanding
from workers.search.errors import ApiError, unavailable
from workers.search.tokens import Caller

WITHIN = 5.0
"""Seconds until a response must have arrived."""
AWAY = (HTTPStatus.BAD_GATEWAY, HTTPStatus.SERVICE_UNAVAILABLE, HTTPStatus.GATEWAY_TIMEOUT)
NAME = "The catalogue"


class RefusedError(ApiError):
    """An error of the REST server, with its status and body."""

    def __init__(self, response: httpx.Response, body: dict[str, Any]) -> None:
        message = body.get("message") or response.reason_phrase
        code = str(body.get("code") or response.status_code)
        super().__init__(response.status_code, code, str(message), body.get("details"), body.get("hint"))


class Catalog:
    def __init__(self, url: str) -> None:
        self._url = url
        self._http = httpx.Client(timeout=WITHIN, event_hooks={"response": [refuse]})

    def understand(
        self, caller: Caller, text: str, ignored: Sequence[str] | None, request_id: str
    ) -> Understanding:
        """The query with its misspellings corrected, and the part of it to embed. Raises ApiError."""
        data = self._call("understand_query", {"query": text, "ignore": ignored}, caller, request_id)
        return Understanding(data["corrected"], data["text"])

    def match(self, caller: Caller, query: Query, embedding: str, request_id: str) -> Any:
        """The result of search_semantic: the items most similar to the embedding. Raises ApiError."""
        arguments = {
            "query": query.text,
            "query_embedding": embedding,
            "match_threshold": query.threshold,
            "match_count": query.count,
            "kind": query.kind,
        }
        return self._call("search_semantic", arguments, caller, request_id)

    def search(self, caller: Caller, search: Search, embedding: str | None, request_id: str) -> Any:
        """The result of search_content. Raises ApiError."""
        arguments = {"query": search.text, "query_embedding": embedding, **search.arguments}
        return self._call("search_content", arguments, caller, request_id)

    def _call(self, function: str, arguments: dict[str, Any], caller: Caller, request_id: str) -> Any:
        client = SyncPostgrestClient(
            self._url,
            headers={**caller.headers, "x-request-id": request_id},
            http_client=self._http,
            retry_enabled=False,
        )
        try:
            return client.rpc(function, arguments).execute().data
        except httpx.TransportError as error:
            raise unavailable(NAME) from error

    def is_available(self) -> bool:
        """Does the REST server respond, and with no server error?"""
        try:
            return self._http.head(f"{self._url}/").status_code < HTTPStatus.INTERNAL_SERVER_ERROR
        except ApiError as error:
            return error.status < HTTPStatus.INTERNAL_SERVER_ERROR
        except httpx.TransportError:
            return False


def refuse(response: httpx.Response) -> None:
    """Raise an error for a failed request here: the REST client would lose its status."""
    if response.is_success:
        return
    response.read()
    try:
        body = response.json()
    except ValueError:
        body = None
    body = body if isinstance(body, dict) else {}
    if response.status_code in AWAY and not body.get("code"):
        raise unavailable(NAME)
    raise RefusedError(response, body)
