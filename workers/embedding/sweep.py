"""Embed one item, or all stale items with one transaction per batch.

An embedding is stored with the hash of its text, so an item whose text changed meanwhile is still stale.
Items that another sweep is embedding are skipped. A killed sweep leaves what it has committed.
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
    """Numbers of items."""

    seen: int
    skipped: int
    """Another process is embedding them."""
    embedded: int


def embed_item(connection: Connection[Any], search: SearchClient, item_id: UUID) -> bool:
    """Returns False if the item's embedding is current or the item has no text."""
    model = search.model()
    with connection.transaction():
        store.wait_for(connection, item_id)
        items = store.changed(connection, model, [item_id])
        _embed(connection, search, model, items)
        store.delete_textless(connection, item_id)
    return bool(items)


def sweep(connection: Connection[Any], search: SearchClient, model: str) -> Iterator[Page]:
    """Yields each page once it is committed; the caller may stop after any of them."""
    after: UUID | None = None
    while True:
        with connection.transaction():
            page = store.claim(connection, model, after)
            claimed_ids = [item_id for item_id, claimed in page if claimed]
            items = store.changed(connection, model, claimed_ids)
            _embed(connection, search, model, items)
        if not page:
            break
        yield Page(len(page), len(page) - len(claimed_ids), len(items))
        after = page[-1][0]
    store.delete_textless(connection)


def sweep_until(
    connection: Connection[Any], search: SearchClient, stopping: Callable[[], bool]
) -> tuple[int, bool]:
    """Returns how many items were embedded, and whether the sweep reached the last page."""
    embedded = 0
    for page in sweep(connection, search, search.model()):
        embedded += page.embedded
        if stopping():
            return embedded, False
    return embedded, True


def _embed(connection: Connection[Any], search: SearchClient, model: str, items: list[Item]) -> None:
    if not items:
        return
    response = search.embed([item.text for item in items])
    if response.model != model:
        raise ModelChangedError
    store.save(connection, model, zip(items, response.embeddings, strict=True))
