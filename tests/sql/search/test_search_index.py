"""The search index follows the catalog, also under concurrent changes."""

import threading
from uuid import UUID

import psycopg

from local.temporary_stack import Stack


def test_concurrent_changes_of_one_film_are_both_indexed(stack: Stack) -> None:
    with (
        psycopg.connect(stack.database_url, autocommit=True) as setup,
        psycopg.connect(stack.database_url) as first,
        psycopg.connect(stack.database_url, autocommit=True) as second,
    ):
        film = _film(setup, "The Quiet Harbour")
        genre = setup.execute(
            "insert into genres (name, slug) values ('Sea story', 'sea-story') returning id"
        ).fetchone()
        assert genre
        try:
            first.execute("update content set title = 'The Loud Harbour' where id = %s", [film])
            other = threading.Thread(
                target=second.execute, args=("insert into item_genres values (%s, %s)", [film, genre[0]])
            )
            other.start()
            other.join(0.5)
            assert other.is_alive(), "the second writer waits for the first"
            first.commit()
            other.join()
            assert _words(setup, film) >= {"loud", "harbour", "sea"}
            assert "quiet" not in _words(setup, film)
        finally:
            setup.execute("delete from items where id = %s", [film])
            setup.execute("delete from genres where id = %s", [genre[0]])


def test_postings_change_only_with_the_words_of_a_film(db: psycopg.Connection) -> None:
    film = _film(db, "Lanterns")
    postings = (
        "select p.xmin, p.* from private.search_postings p "
        "join private.search_documents d using (document) where d.item_id = %s"
    )
    before = db.execute(postings, [film]).fetchall()
    db.execute("update content set popularity = 7 where id = %s", [film])
    assert db.execute(postings, [film]).fetchall() == before != []
    names = db.execute(
        "select n.popularity from private.search_names n join private.search_documents d using (document) "
        "where d.item_id = %s",
        [film],
    ).fetchall()
    assert names == [(7,)]
    db.execute("delete from items where id = %s", [film])
    assert _words(db, film) == set()


def _film(connection: psycopg.Connection, title: str) -> UUID:
    row = connection.execute("insert into content (title) values (%s) returning id", [title]).fetchone()
    assert row
    return UUID(str(row[0]))


def _words(connection: psycopg.Connection, film: UUID) -> set[str]:
    rows = connection.execute(
        "select p.lexeme from private.search_postings p join private.search_documents d using (document) "
        "where d.item_id = %s",
        [film],
    ).fetchall()
    return {row[0] for row in rows}
