"""Search and suggestions through supabase-py and the gateway."""

import uuid
from typing import Any

import pytest
from postgrest.exceptions import APIError
from supabase import Client

from tests.clients.conftest import rows

Viewer = tuple[Client, str]


def search(client: Client, **arguments: Any) -> dict[str, Any]:
    data: Any = client.rpc("search_content", arguments).execute().data
    page: dict[str, Any] = data
    return page


def test_viewer_searches_by_kind_and_pages_by_cursor(viewer: Viewer, films: dict[str, str]) -> None:
    client, _ = viewer
    first = search(client, query="film", count=3, kind="movie")
    second = search(client, query="film", count=3, kind="movie", cursor=first["next_cursor"])
    assert {each["id"] for each in first["results"] + second["results"]} == set(films.values())
    assert (first["total"], second["next_cursor"]) == (5, None)
    assert first["facets"]["kind"] == [{"value": "movie", "count": 5}]
    assert search(client, query="film", kind="book")["total"] == 0


def test_null_search_argument_counts_as_absent(anon: Client, films: dict[str, str]) -> None:
    nulls = dict.fromkeys(("query_embedding", "kind", "genre", "language", "year_from", "tier", "cursor"))
    assert search(anon, query="film", **nulls)["total"] == len(films)


@pytest.mark.parametrize("text", ["a+b", 'say "this"', "O'Neil", "x;y", "R&B 100%", "back\\slash", "שלום 😀"])
def test_title_with_special_characters_is_found_and_suggested(
    service: Client, anon: Client, text: str
) -> None:
    title = f"{text} {uuid.uuid4().hex[:8]}"
    inserted = rows(service.table("content").insert({"title": title}))
    try:
        assert search(anon, query=title)["results"][0]["title"] == title
        suggested: Any = anon.rpc("suggest", {"q": title}).execute().data
        assert [each["suggestion"] for each in suggested] == [title]
    finally:
        service.table("content").delete().eq("id", inserted[0]["id"]).execute()


@pytest.mark.parametrize("table", ["search_documents", "search_postings", "search_names", "search_words"])
def test_search_tables_are_not_exposed_by_the_api(anon: Client, table: str) -> None:
    with pytest.raises(APIError) as refused:
        anon.table(table).select("*").execute()
    assert refused.value.code in ("PGRST205", "42P01")


def test_cursor_of_another_search_is_refused(anon: Client, films: dict[str, str]) -> None:
    cursor = search(anon, query="film", count=2)["next_cursor"]
    with pytest.raises(APIError) as refused:
        search(anon, query="films", count=2, cursor=cursor)
    assert (refused.value.code, refused.value.details) == ("22023", '{"field": "cursor"}')
