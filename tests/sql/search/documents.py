"""Films, books and genres to search for, and calls of search_content."""

from typing import Any
from uuid import UUID

import psycopg


def search(db: psycopg.Connection, query: str | None, **parameters: Any) -> dict[str, Any]:
    names = {"query": query, **parameters}
    marks = ", ".join(f"{name} => %({name})s" for name in names)
    row = db.execute(f"select search_content({marks})", names).fetchone()
    assert row
    response: dict[str, Any] = row[0]
    return response


def titles(db: psycopg.Connection, query: str | None, **parameters: Any) -> list[str]:
    return [result["title"] for result in search(db, query, **parameters)["results"]]


def film(db: psycopg.Connection, title: str, overview: str | None = None, **columns: Any) -> UUID:
    names = {"title": title, "overview": overview, **columns}
    marks = ", ".join(f"%({name})s" for name in names)
    row = db.execute(
        f"insert into content ({', '.join(names)}) values ({marks}) returning id", names
    ).fetchone()
    assert row
    return UUID(str(row[0]))


def book(db: psycopg.Connection, title: str, authors: list[str], description: str | None = None) -> UUID:
    row = db.execute(
        "insert into books (title, authors, description) values (%s, %s, %s) returning id",
        [title, authors, description],
    ).fetchone()
    assert row
    return UUID(str(row[0]))


def genre(db: psycopg.Connection, slug: str, *items: UUID) -> None:
    row = db.execute(
        "insert into genres (name, slug) values (%s, %s) on conflict (slug) do update "
        "set name = excluded.name returning id",
        [slug.replace("-", " ").title(), slug],
    ).fetchone()
    assert row
    for each in items:
        db.execute("insert into item_genres (item_id, genre_id) values (%s, %s)", [each, row[0]])


def pages(db: psycopg.Connection, query: str | None, count: int, **parameters: Any) -> list[dict[str, Any]]:
    """All pages of a search, from the first to the last."""
    walked = [search(db, query, count=count, **parameters)]
    while cursor := walked[-1]["next_cursor"]:
        walked.append(search(db, query, count=count, cursor=cursor, **parameters))
    return walked


def ids(responses: list[dict[str, Any]]) -> list[str]:
    return [result["id"] for response in responses for result in response["results"]]
