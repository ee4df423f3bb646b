"""REST's responses match the types generated for clients."""

import uuid
from collections.abc import Iterator
from datetime import date
from typing import Any

import psycopg
import pytest
from pydantic import BaseModel
from supabase import Client

from client_types import database
from tests.clients.types import uses
from tests.conftest import Stack
from tools import client_types, scratch

RELATIONS = """
    select relname from pg_catalog.pg_class
    where relnamespace = 'public'::regnamespace and relkind in ('r', 'v', 'm', 'p') and not relispartition
"""


def model(name: str) -> type[BaseModel]:
    kind = getattr(database, "Public" + "".join(word.capitalize() for word in name.split("_")))
    assert isinstance(kind, type) and issubclass(kind, BaseModel)
    return kind


@pytest.fixture
def film(service: Client, viewer: tuple[Client, str]) -> Iterator[uuid.UUID]:
    """A film with values in all kinds of columns, an embedding and a rating."""
    row: database.PublicContentInsert = {
        "title": f"Zoë & “Ω”; 50% +, {uuid.uuid4().hex[:6]} 🎬",
        "overview": "The embedding of a film without one would be taken away.",
        "original_title": None,
        "release_date": date(1982, 6, 25),
        "popularity": 1.5,
    }
    inserted: Any = service.table("content").insert(row).execute().data
    item = uuid.UUID(inserted[0]["id"])
    vector: database.PublicItemEmbeddingsInsert = {
        "item_id": item,
        "model": "test",
        "kind": "movie",
        "text_hash": uuid.uuid4(),
        "embedding": str([1.0] + [0.0] * 383),
    }
    service.table("item_embeddings").upsert(vector).execute()
    rating: database.PublicRatingsInsert = {"item_id": item, "rating": 4.5}
    viewer[0].table("ratings").upsert(rating).execute()
    yield item
    service.table("content").delete().eq("id", item).execute()


@pytest.mark.usefixtures("film")
def test_every_row_of_tables_and_views_matches_its_generated_type(stack: Stack, service: Client) -> None:
    with psycopg.connect(stack.database_url) as connection:
        relations = [name for (name,) in connection.execute(RELATIONS)]
    checked = set()
    for relation in relations:
        kind = model(relation)
        answered: Any = service.table(relation).select("*").limit(20).execute().data
        for row in answered:
            kind.model_validate(row)
            assert set(row) == {field.alias for field in kind.model_fields.values()}
            checked.add(relation)
    assert checked >= {"accounts", "content", "item_embeddings", "movies", "profiles", "ratings", "tiers"}


def test_function_result_matches_its_generated_type(viewer: tuple[Client, str], film: uuid.UUID) -> None:
    answered: Any = viewer[0].rpc("get_popular_items", {"limit": 50, "kind": "movie"}).execute().data
    popular = [database.PublicPopularItem.model_validate(row) for row in answered]
    assert film in [item.id for item in popular]


@pytest.mark.embedded
def test_outdated_generated_types_are_detected(stack: Stack) -> None:
    with scratch.migrated() as url:
        assert list(client_types.faults(url)) == []
        with psycopg.connect(url, autocommit=True) as connection:
            connection.execute("alter table public.genres add column later boolean")
        fault = "is not what the migrations make: run `make docs`"
        names = ("database.ts", "database.py")
        assert list(client_types.faults(url)) == [f"client_types/{name} {fault}" for name in names]


def test_python_client_reads_and_writes_by_the_generated_types(
    viewer: tuple[Client, str], film: uuid.UUID
) -> None:
    title: Any = viewer[0].table("content").select("title").eq("id", str(film)).single().execute().data
    assert uses.read(viewer[0], title["title"]) == f"{title['title']} 1982-06-25"
