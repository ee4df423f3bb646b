"""Clients as an app creates them, and items of the catalogue."""

import uuid
from collections.abc import Iterator

import pytest
from supabase import Client

from local.tests.clients.conftest import (
    anon,
    connect,
    database,
    other_viewer,
    realtime_schema,
    rest_rows,
    rest_schema,
    rows,
    service,
    sign_up,
    viewer,
)

__all__ = [
    "anon",
    "connect",
    "database",
    "other_viewer",
    "realtime_schema",
    "rest_rows",
    "rest_schema",
    "rows",
    "service",
    "sign_up",
    "viewer",
]


@pytest.fixture
def films(service: Client) -> Iterator[dict[str, str]]:
    """The ids of five films by their letters A to E; deleted after the test."""
    titles = [f"Film {name} {uuid.uuid4().hex[:6]}" for name in "ABCDE"]
    inserted: list[dict[str, str]] = rows(
        service.table("content").insert([{"title": title} for title in titles])
    )
    yield {film["title"].split()[1]: film["id"] for film in inserted}
    service.table("content").delete().in_("id", [film["id"] for film in inserted]).execute()
