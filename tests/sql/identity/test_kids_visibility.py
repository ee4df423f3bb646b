"""What a kids profile sees: no item above its age and no unrated item, by any query."""

import json
from collections.abc import Iterator
from uuid import UUID, uuid4

import psycopg
import pytest
from psycopg.types.json import Jsonb

from tests.sql.identity.kids import act, acting, enter, in_session, refused, sign_in
from tests.sql.people import Person, become, embed, item, item_model, person, rate
from tests.sql.recommend.publishing import publish

RATINGS = ("G", "PG", "PG-13", "R", "NC-17", None)


VECTOR = str([1.0] + [0.0] * 383)


FILM_TABLES = """
select c.oid::regclass::text from pg_class c
where c.relnamespace = 'public'::regnamespace and c.relkind in ('r', 'v', 'p') and not c.relispartition
and has_table_privilege('authenticated', c.oid, 'select') order by 1
"""


LISTS = {
    "recommendations": "select t from get_recommendations(200) t",
    "collaborative": "select t from get_collaborative_recommendations(%(me)s, 200) t",
    "popular": "select t from get_popular_items(200) t",
    "trending": "select t from get_trending_items(200) t",
    "similar": "select t from get_similar_items(%(mild)s, 200) t",
    "onboarding": "select t from get_onboarding_items(50) t",
    "match_movies": f"select t from match_movies('{VECTOR}', 0, 200) t",
    "match_content": f"select t from match_content('{VECTOR}', 0, 200) t",
    "match_books": f"select t from match_books('{VECTOR}', 0, 200) t",
    "search": "select search_content('Zanzibarra')",
    "search_by_meaning": f"select search_content('Zanzibarra', '{VECTOR}')",
    "misspelt_search": "select search_content('Zanzibara')",
    "suggest": "select t from suggest('zanz', 50) t",
    "misspelt_suggestion": "select t from suggest('zanzibata', 50) t",
}


@pytest.fixture
def films(db: psycopg.Connection, kid: Person) -> Iterator[dict[str | None, UUID]]:
    """A film of each maturity rating and a book, with rows in all tables; `kid` rated three of them."""
    films: dict[str | None, UUID] = {}
    critic = person(db, "critic").rater_id
    for rating in RATINGS:
        film = item(db, f"Zanzibarra {rating}", overview="A tale of Zanzibarra.")
        db.execute("update content set maturity_rating = %s, popularity = 9e6 where id = %s", [rating, film])
        films[rating] = film
    films["book"] = item(db, "Zanzibarra, a book", "book", "A tale of Zanzibarra.")
    genre = db.execute("insert into genres (name, slug) values ('Zanzibarran', 'zanzibarran') returning id")
    (genre_id,) = genre.fetchone() or ()
    for rating, film in films.items():
        embed(db, film, json.loads(VECTOR), "book" if film == films["book"] else "movie")
        db.execute("insert into item_genres values (%s, %s)", [film, genre_id])
        db.execute("insert into item_tags (item_id, tag) values (%s, 'zanzi')", [film])
        db.execute("insert into item_availability (item_id) values (%s)", [film])
        rate(db, critic, {film: 5})
        credit(db, film, f"Zanzibarra {rating}")
        if rating != "book":
            name_otherwise(db, film)
    item_model(db, {a: {b: 0.9 for b in films.values() if b != a} for a in films.values()})
    rate(db, kid.rater_id, {films["R"]: 5, films[None]: 5, films["PG"]: 4})
    publish(db)
    become(db, kid, headers={"x-profile-id": str(kid.profile_id)})
    db.execute("reset role")
    yield films


def credit(db: psycopg.Connection, film: UUID, name: str) -> None:
    """A keyword of the film, and a person of this name who directed it."""
    db.execute("insert into item_keywords (item_id, keyword) values (%s, 'zanzi')", [film])
    row = db.execute("insert into people (name) values (%s) returning id", [name]).fetchone() or ()
    db.execute(
        "insert into credits (item_id, person_id, job, position) values (%s, %s, 'director', 1)", [film, *row]
    )


def name_otherwise(db: psycopg.Connection, film: UUID) -> None:
    """A translation, another title and a certificate of the film."""
    db.execute(
        "insert into content_translations (content_id, language, title) values (%s, 'de', 'Sansibarra')",
        [film],
    )
    db.execute("insert into alternative_titles values (%s, 'Sansibarra', 'alternative')", [film])
    db.execute("insert into content_certificates values (%s, 'DE', 'FSK 6')", [film])


def ratings_of_visible(
    db: psycopg.Connection, films: dict[str | None, UUID], query: str, me: UUID
) -> set[str | None]:
    """Maturity ratings of the films whose id or title occurs anywhere in the response."""
    text = str(db.execute(query, {"me": me, "mild": films["G"]}).fetchall())
    names = {rating: str(film) for rating, film in films.items()}
    return {
        r for r, name in names.items() if name in text or f"Zanzibarra {r}" in text.replace("</mark>", "")
    }


def tables(db: psycopg.Connection) -> list[str]:
    return [name for (name,) in db.execute(FILM_TABLES)]


def test_kids_profile_reads_no_film_above_its_age_in_any_table(
    db: psycopg.Connection, films: dict[str | None, UUID], kid: Person
) -> None:
    relations = tables(db)
    act(db, kid)
    ratings_by_table = {
        name: ratings_of_visible(db, films, f"select t::text from {name} t", kid.id) for name in relations
    }
    assert {name: ratings for name, ratings in ratings_by_table.items() if ratings - {"G", "PG"}} == {}
    whole = {"items", "content", "movies", "catalog_items", "item_genres", "item_tags", "item_embeddings"}
    more = {
        "item_stats",
        "item_trends",
        "item_neighbours",
        "item_availability",
        "item_keywords",
        "credits",
        "people",
    }
    more |= {"content_translations", "alternative_titles", "content_certificates"}
    assert {name for name in ratings_by_table if ratings_by_table[name] == {"G", "PG"}} == whole | more
    assert ratings_by_table["ratings"] == {"PG"}


@pytest.mark.parametrize(
    "table",
    [
        "items",
        "item_genres",
        "item_stats",
        "item_neighbours",
        "catalog_items",
        "credits",
        "people",
        "item_keywords",
    ],
)
def test_adult_profile_reads_every_rating_in_the_same_tables(
    db: psycopg.Connection, films: dict[str | None, UUID], viewer: Person, table: str
) -> None:
    act(db, viewer)
    assert ratings_of_visible(db, films, f"select t::text from {table} t", viewer.id) == films.keys()


@pytest.mark.parametrize("query", LISTS.values(), ids=LISTS)
def test_kids_profile_gets_only_permitted_films_in_lists(
    db: psycopg.Connection, films: dict[str | None, UUID], kid: Person, viewer: Person, query: str
) -> None:
    act(db, kid)
    assert ratings_of_visible(db, films, query, kid.id) <= {"G", "PG"}
    if "collaborative" not in query and "books" not in query:
        assert ratings_of_visible(db, films, query, kid.id)
    act(db, viewer)
    if "collaborative" not in query:
        assert ratings_of_visible(db, films, query, viewer.id) - {"G", "PG"}


def test_search_facets_count_only_permitted_films_for_kids(
    db: psycopg.Connection, films: dict[str | None, UUID], kid: Person
) -> None:
    act(db, kid)
    row = db.execute("select search_content('Zanzibarra', count => 1)").fetchone()
    assert row
    assert row[0]["total"] == 2
    assert row[0]["facets"]["genre"] == [{"value": "zanzibarran", "count": 2}]
    assert row[0]["facets"]["kind"] == [{"value": "movie", "count": 2}]


def test_reasons_for_kids_name_only_permitted_films(
    db: psycopg.Connection, films: dict[str | None, UUID], kid: Person
) -> None:
    become(db, None, "service_role")
    rows = db.execute(
        "select id, reason, because_of from get_recommendations(200, profile_id => %s)", [kid.profile_id]
    ).fetchall()
    assert rows
    hidden = {str(films[rating]) for rating in ("PG-13", "R", "NC-17", None, "book")}
    assert not [name for name in hidden if name in str(rows)]
    assert not any("Zanzibarra R" in str(row) or "Zanzibarra None" in str(row) for row in rows)


@pytest.mark.parametrize("rating", ["PG-13", "R", "NC-17", None, "book"])
def test_kids_profile_cannot_write_about_a_hidden_film(
    db: psycopg.Connection, films: dict[str | None, UUID], kid: Person, rating: str | None
) -> None:
    act(db, kid)
    event = [{"client_id": str(uuid4()), "item_id": str(films[rating]), "type": "like"}]
    assert refused(db, "insert into ratings (item_id, rating) values (%s, 4)", [films[rating]]) == "23503"
    assert refused(db, "update ratings set item_id = %s", [films[rating]]) == "23503"
    assert refused(db, "select record_interactions(%s)", [Jsonb(event)]) == "23503"
    assert refused(db, "select predict_rating(%s, %s)", [kid.id, films[rating]]) == "PT404"
    assert refused(db, "select * from get_similar_items(%s)", [films[rating]]) == "PT404"


def test_hidden_film_raises_the_error_of_a_missing_item(
    db: psycopg.Connection, films: dict[str | None, UUID], kid: Person
) -> None:
    act(db, kid)
    errors = []
    for film in (films["R"], uuid4()):
        with pytest.raises(psycopg.Error) as refusal, db.transaction():
            db.execute("insert into ratings (item_id, rating) values (%s, 4)", [film])
        diag = refusal.value.diag
        errors.append((diag.sqlstate, str(diag.message_primary).replace(str(film), ""), diag.message_detail))
    assert errors[0] == errors[1]


def test_kids_profile_can_write_about_a_permitted_film(
    db: psycopg.Connection, films: dict[str | None, UUID], kid: Person
) -> None:
    act(db, kid)
    event = [{"client_id": str(uuid4()), "item_id": str(films["PG"]), "type": "like"}]
    db.execute("insert into ratings (item_id, rating) values (%s, 4)", [films["G"]])
    assert db.execute("select record_interactions(%s)", [Jsonb(event)]).fetchone() == (1,)
    assert db.execute("select predict_rating(%s, %s)", [kid.id, films["PG"]]).fetchone() != (None,)
    assert db.execute("select count(*) from interactions").fetchone() == (1,)


@pytest.mark.parametrize(
    ("change", "allowed"),
    [
        ({}, {"G", "PG", "PG-13", None, "book"}),
        ({"shows_unrated": False}, {"G", "PG", "PG-13"}),
        ({"maturity_rating": "NC-17", "shows_unrated": False}, {"G", "PG", "PG-13", "R", "NC-17"}),
        ({"maturity_rating": "R"}, {"G", "PG", "PG-13", "R", None, "book"}),
        ({"maturity_rating": "G", "is_kids": True}, {"G"}),
    ],
)
def test_tables_and_lists_apply_the_same_age_rule(
    db: psycopg.Connection,
    films: dict[str | None, UUID],
    viewer: Person,
    change: dict[str, object],
    allowed: set[str | None],
) -> None:
    """An added profile is PG-13 by default and sees unrated items."""
    become(db, viewer)
    row = db.execute("insert into profiles (name) values ('Second') returning id").fetchone()
    assert row
    for column, value in change.items():
        db.execute(f"update profiles set {column} = %s where id = %s", [value, row[0]])
    become(db, viewer, headers={"x-profile-id": str(row[0])})
    assert ratings_of_visible(db, films, "select id from items", viewer.id) == allowed
    assert ratings_of_visible(db, films, "select id from get_popular_items(200)", viewer.id) == allowed


@pytest.mark.parametrize("role", ["anon", "authenticated"])
def test_anon_and_the_first_profile_have_no_age_limit(
    db: psycopg.Connection, films: dict[str | None, UUID], viewer: Person, role: str
) -> None:
    become(db, viewer if role == "authenticated" else None)
    assert ratings_of_visible(db, films, "select id from get_popular_items(200)", viewer.id) == films.keys()
    assert ratings_of_visible(db, films, "select id from items", viewer.id) == films.keys()


def test_film_visibility_follows_a_changed_maturity_rating(
    db: psycopg.Connection, films: dict[str | None, UUID], kid: Person
) -> None:
    own = list(films.values())
    for change, expected in (
        ("'G' where maturity_rating is null and id = any(%s)", {"G", "PG", None}),
        ("'R' where id = any(%s)", set()),
    ):
        db.execute("reset role")
        db.execute(f"update content set maturity_rating = {change}".encode(), [own])
        act(db, kid)
        assert ratings_of_visible(db, films, "select id from content", kid.id) == expected


@pytest.mark.parametrize("header", ["none", "adult", "own", "unknown"])
def test_kids_session_ignores_the_profile_header(
    db: psycopg.Connection, films: dict[str | None, UUID], kid: Person, viewer: Person, header: str
) -> None:
    session = enter(db, kid)
    profiles = {"none": None, "adult": viewer.profile_id, "own": kid.profile_id, "unknown": uuid4()}
    in_session(db, viewer, session, profiles[header])
    assert acting(db) == kid.profile_id
    assert ratings_of_visible(db, films, "select id from items", kid.id) == {"G", "PG"}
    other = sign_in(db, viewer)
    in_session(db, viewer, other)
    assert acting(db) == viewer.profile_id
