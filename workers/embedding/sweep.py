"""Embed one item, or all that need it, a batch a transaction.

The row keeps the hash of the text that was embedded: what changed meanwhile stays to be done. Items that
another sweep embeds at the moment are passed over. Killed at any point, what was committed stays.
"""

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from psycopg import Connection

from workers.common.errors import WorkerError
from workers.embedding import store
from workers.embedding.client import SearchClient
from workers.embedding.core import Item


class ModelChangedError(WorkerError):
    """The search process came back with another model; run this again."""


@dataclass(frozen=True)
class Page:
    seen: int
    passed_over: int
    """Being embedded by another one."""
    embedded: int


def embed_item(connection: Connection[Any], search: SearchClient, item_id: UUID) -> bool:
    """False if there was nothing to do."""
    model = search.model()
    with connection.transaction():
        store.wait_for(connection, item_id)
        items = store.changed(connection, model, [item_id])
        _embed(connection, search, model, items)
        store.forget(connection, item_id)
    return bool(items)


def sweep(connection: Connection[Any], search: SearchClient, model: str) -> Iterator[Page]:
    """Stop asking for pages to stop; what was yielded is committed."""
    after: UUID | None = None
    while True:
        with connection.transaction():
            page = store.claim(connection, model, after)
            ours = [item_id for item_id, claimed in page if claimed]
            items = store.changed(connection, model, ours)
            _embed(connection, search, model, items)
        if not page:
            break
        yield Page(len(page), len(page) - len(ours), len(items))
        after = page[-1][0]
    store.forget(connection)


def sweep_until(
    connection: Connection[Any], search: SearchClient, stopping: Callable[[], bool]
) -> tuple[int, bool]:
    """How many were embedded, and whether all pages were seen."""
    embedded = 0
    for page in sweep(connection, search, search.model()):
        embedded += page.embedded
        if stopping():
            return embedded, False
    return embedded, True


def _embed(connection: Connection[Any], search: SearchClient, model: str, items: list[Item]) -> None:
    if not items:
        return
    answer = search.embed([item.text for item in items])
    if answer.model != model:
        raise ModelChangedError
    store.save(connection, model, zip(items, answer.embeddings, strict=True))
