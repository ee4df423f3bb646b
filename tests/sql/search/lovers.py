"""A shelf of films with people, keywords, origins and other titles, as a film lover searches them."""

from typing import Any
from uuid import UUID

import psycopg

from tests.sql.search.documents import film, genre

Films = dict[str, UUID]


def credit(db: psycopg.Connection, name: str, job: str, *films: UUID, **columns: Any) -> UUID:
    names = {"name": name, **columns}
    marks = ", ".join(f"%({column})s" for column in names)
    row = db.execute(
        f"insert into people ({', '.join(names)}) values ({marks}) returning id", names
    ).fetchone()
    assert row
    for each in films:
        db.execute(
            "insert into credits (item_id, person_id, job, position) values (%s, %s, %s, 1)",
            [each, row[0], job],
        )
    return UUID(str(row[0]))


def keywords(db: psycopg.Connection, item: UUID, *words: str) -> None:
    for word in words:
        db.execute("insert into item_keywords (item_id, keyword) values (%s, %s)", [item, word])


def also(db: psycopg.Connection, item: UUID, title: str, kind: str = "alternative") -> None:
    db.execute(
        "insert into alternative_titles (content_id, title, kind) values (%s, %s, %s)", [item, title, kind]
    )


def shelve(db: psycopg.Connection) -> Films:
    """Twelve films; their popularity falls from the first to the last."""
    db.execute("delete from private.search_words")
    facts: tuple[tuple[str, int, str, str, str, str | None], ...] = (
        ("Jaws", 1975, "en", "US", "A shark hunts bathers off a summer island.", None),
        ("Grizzly Woods", 1977, "en", "US", "A bear hunts campers in a forest.", None),
        ("The Deep Shelf", 1980, "en", "US", "A shark follows divers to a wreck.", None),
        ("Oldboy", 2003, "ko", "KR", "A man is locked up for fifteen years.", "올드보이"),
        ("La Haine", 1995, "fr", "FR", "Three friends wander through Paris after a riot.", None),
        ("Good Bye Lenin!", 2003, "de", "DE", "A son hides the fall of the wall from his mother.", None),
        ("Downfall", 2004, "de", "DE", "The last days in a bunker.", "Der Untergang"),
        ("A Separation", 2011, "fa", "IR", "A couple parts over whether to leave.", None),
        ("Paths of Glory", 1957, "en", "US", "Soldiers refuse an impossible attack.", None),
        ("Ran", 1985, "ja", "JP", "A warlord divides his realm between his sons.", "乱"),
        ("S.W.A.T.", 2003, "en", "US", "Police officers guard a prisoner.", None),
        ("Country House", 2001, "en", "GB", "Guests suspect each other of murder.", None),
    )
    films = {
        title: film(
            db,
            title,
            overview,
            release_year=year,
            original_language=language,
            countries=[country],
            original_title=original,
            popularity=100 - place,
        )
        for place, (title, year, language, country, overview, original) in enumerate(facts)
    }
    for slug, titles in {
        "horror": ("Jaws", "Grizzly Woods", "The Deep Shelf"),
        "comedy": ("Good Bye Lenin!",),
        "drama": ("Oldboy", "La Haine", "Downfall", "A Separation"),
        "war": ("Downfall", "Paths of Glory", "Ran"),
        "thriller": ("Oldboy",),
        "mystery": ("Country House",),
    }.items():
        genre(db, slug, *(films[title] for title in titles))
    keywords(db, films["Jaws"], "shark", "summer")
    keywords(db, films["The Deep Shelf"], "shark")
    keywords(db, films["Country House"], "whodunit", "country house")
    keywords(db, films["La Haine"], "feel-good")
    also(db, films["Ran"], "Revolt of the Akira Clan")
    return films
