"""Facts about a viewer, and which items are available to it in lists."""

import json
from concurrent.futures import ThreadPoolExecutor
from uuid import UUID, uuid4

import psycopg
import pytest

from local.temporary_stack import Stack
from tests.sql.catalog.offers import offer, set_country
from tests.sql.people import Person, become, embed, embed_all, item, item_model, person, rate
from tests.waiting import until

VECTOR = [1.0] + [0.0] * 383
AVAILABLE = (
    "select exists (select from items i "
    "where i.id = %s and private.is_available(i, private.current_viewer()))"
)


def viewer(db: psycopg.Connection, profile: UUID | None = None) -> tuple[object, ...]:
    row = db.execute("select (v).* from private.viewer(%s) as v", [profile]).fetchone()
    assert row
    return row


def limit_age(db: psycopg.Connection, who: Person) -> None:
    db.execute("update profiles set maturity_rating = 'PG-13' where id = %s", [who.profile_id])


def available(db: psycopg.Connection, item_id: UUID) -> bool:
    row = db.execute(AVAILABLE, [item_id]).fetchone()
    assert row
    return bool(row[0])


@pytest.fixture
def film(db: psycopg.Connection) -> UUID:
    return item(db, "A film")


@pytest.fixture
def free_viewer(db: psycopg.Connection) -> Person:
    return person(db)


def test_anonymous_viewer_has_no_age_limit(db: psycopg.Connection) -> None:
    become(db, None)
    assert viewer(db) == (None, None, None, "free", ["en"], None)


def test_viewer_has_the_facts_of_the_acting_profile(db: psycopg.Connection, free_viewer: Person) -> None:
    db.execute(
        "update profiles set maturity_rating = 'R', language_preference = 'sv' where id = %s",
        [free_viewer.profile_id],
    )
    become(db, free_viewer)
    db.execute("update accounts set country = 'SE' where id = %s", [free_viewer.id])
    expected = (free_viewer.rater_id, "SE", 17, "free", ["sv"], True)
    assert viewer(db) == viewer(db, free_viewer.profile_id) == expected


@pytest.mark.parametrize(
    ("header", "country"),
    [("FR", "FR"), *((header, "SE") for header in ("XX", "T1", "fr", "FRA", "", '"; drop', None))],
)
def test_valid_country_header_of_the_gateway_overrides_the_account(
    db: psycopg.Connection, free_viewer: Person, header: str | None, country: str
) -> None:
    db.execute("update accounts set country = 'SE' where id = %s", [free_viewer.id])
    become(db, free_viewer)
    set_country(db, header)
    assert viewer(db)[1] == country


@pytest.mark.parametrize("country", ["se", "SWE", "", "S1", "ÅÄ"])
def test_country_of_an_account_must_be_two_capital_letters(
    db: psycopg.Connection, free_viewer: Person, country: str
) -> None:
    become(db, free_viewer)
    with pytest.raises(psycopg.errors.CheckViolation):
        db.execute("update accounts set country = %s where id = %s", [country, free_viewer.id])


def test_viewer_cannot_change_the_country_of_another_account(
    db: psycopg.Connection, free_viewer: Person
) -> None:
    become(db, person(db, "other_viewer"))
    assert db.execute("update accounts set country = 'FR' where id = %s", [free_viewer.id]).rowcount == 0


@pytest.mark.parametrize(
    ("claim", "tier"), [("premium", "premium"), ("free", "free"), ("gold", "free"), (None, "free")]
)
def test_viewer_has_the_tier_of_the_token(
    db: psycopg.Connection, free_viewer: Person, claim: str | None, tier: str
) -> None:
    claims = {"role": "authenticated", "sub": str(free_viewer.id), "app_metadata": {"tier": claim}}
    become(db, free_viewer)
    db.execute("select set_config('request.jwt.claims', %s, true)", [json.dumps(claims)])
    assert viewer(db)[3] == tier


def test_tier_in_user_metadata_is_ignored(db: psycopg.Connection, free_viewer: Person) -> None:
    become(db, free_viewer)
    claims = {
        "role": "authenticated",
        "sub": str(free_viewer.id),
        "tier": "premium",
        "user_metadata": {"tier": "premium"},
    }
    db.execute("select set_config('request.jwt.claims', %s, true)", [json.dumps(claims)])
    assert viewer(db)[3] == "free"


def test_viewer_languages_are_preferred_then_most_liked(db: psycopg.Connection, free_viewer: Person) -> None:
    liked = {"fr": 2, "ja": 3, "en": 4, "de": 1, "ko": 1, "zu": 1}
    for language, count in liked.items():
        for _ in range(count):
            rated = item(db, f"Film in {language}")
            db.execute("update content set original_language = %s where id = %s", [language, rated])
            rate(db, free_viewer.rater_id, {rated: 4})
    disliked = item(db, "Disliked")
    db.execute("update content set original_language = 'it' where id = %s", [disliked])
    rate(db, free_viewer.rater_id, {disliked: 1})
    become(db, free_viewer)
    assert viewer(db)[4] == ["en", "ja", "fr", "de", "ko"]


def test_viewer_of_another_users_profile_is_refused(db: psycopg.Connection, free_viewer: Person) -> None:
    become(db, person(db, "other_viewer"))
    with pytest.raises(psycopg.errors.InsufficientPrivilege, match="not yours"):
        viewer(db, free_viewer.profile_id)


def test_service_role_sees_as_the_profile_it_names(db: psycopg.Connection, free_viewer: Person) -> None:
    db.execute("update accounts set country = 'SE' where id = %s", [free_viewer.id])
    become(db, None, "service_role")
    set_country(db, "US")
    assert viewer(db) == (None,) * 6
    assert viewer(db, free_viewer.profile_id) == (free_viewer.rater_id, "SE", 18, "free", ["en"], True)


@pytest.mark.parametrize(
    ("rating", "seen"),
    [(None, True), ("G", True), ("PG", True), ("PG-13", True), ("R", False), ("NC-17", False)],
)
def test_item_above_the_profile_age_is_unavailable(
    db: psycopg.Connection, free_viewer: Person, film: UUID, rating: str | None, seen: bool
) -> None:
    db.execute("update content set maturity_rating = %s where id = %s", [rating, film])
    limit_age(db, free_viewer)
    become(db, free_viewer)
    assert available(db, film) is seen


@pytest.mark.parametrize(("rating", "highest"), [("G", 0), ("PG", 1), ("PG-13", 2), ("R", 3), ("NC-17", 4)])
def test_profile_sees_items_up_to_its_maturity_rating(
    db: psycopg.Connection, free_viewer: Person, rating: str, highest: int
) -> None:
    films = [item(db, rated) for rated in ("G", "PG", "PG-13", "R", "NC-17")]
    for film, rated in zip(films, ("G", "PG", "PG-13", "R", "NC-17"), strict=True):
        db.execute("update content set maturity_rating = %s where id = %s", [rated, film])
    db.execute("update profiles set maturity_rating = %s where id = %s", [rating, free_viewer.profile_id])
    become(db, free_viewer)
    assert [available(db, film) for film in films] == [index <= highest for index in range(5)]


@pytest.mark.parametrize(
    ("country", "is_available"), [("FR", True), ("BE", False), ("CH", False), ("DE", False), (None, False)]
)
def test_restricted_item_is_available_only_where_offered(
    db: psycopg.Connection, film: UUID, country: str | None, is_available: bool
) -> None:
    offer(db, film, country="FR")
    offer(db, film, country="BE", ends_at="2001-01-01")
    offer(db, film, country="CH", starts_at="2999-01-01")
    become(db, None)
    set_country(db, country)
    assert available(db, film) is is_available


def test_availability_window_includes_start_and_excludes_end(db: psycopg.Connection, film: UUID) -> None:
    other = item(db, "Ends now")
    db.execute("insert into item_availability (item_id, starts_at) values (%s, now())", [film])
    db.execute("insert into item_availability (item_id, ends_at) values (%s, now())", [other])
    become(db, None)
    assert (available(db, film), available(db, other)) == (True, False)


def test_premium_offer_is_listed_for_all_and_played_by_premium(db: psycopg.Connection, film: UUID) -> None:
    offer(db, film, tier="premium")
    become(db, None)
    assert available(db, film)
    playable = db.execute(
        "select tier, private.is_offered(%s, null, tier) from unnest(array['free', 'premium']) as tier",
        [film],
    ).fetchall()
    assert playable == [("free", False), ("premium", True)]


def test_item_without_offers_is_unrestricted_again(db: psycopg.Connection, film: UUID) -> None:
    other = item(db, "Another film")
    offer(db, film, country="FR")
    own = [film, other]
    restricted = "select array_agg(id) from items where is_restricted and id = any(%s)"
    assert db.execute(restricted, [own]).fetchone() == ([film],)
    db.execute("update item_availability set item_id = %s where item_id = %s", [other, film])
    assert db.execute(restricted, [own]).fetchone() == ([other],)
    db.execute("delete from item_availability where item_id = any(%s)", [own])
    assert db.execute(restricted, [own]).fetchone() == (None,)


def test_concurrent_offers_leave_the_item_restricted(stack: Stack) -> None:
    with (
        psycopg.connect(stack.database_url) as earlier,
        psycopg.connect(stack.database_url, autocommit=True) as later,
        ThreadPoolExecutor(1) as thread,
    ):
        film = item(later, "Between two writers")
        try:
            offer(later, film, country="FR")
            earlier.execute("delete from item_availability where item_id = %s", [film])
            waiting = thread.submit(offer, later, film, country="SE")
            wait_for_lock(earlier)
            earlier.commit()
            waiting.result(120)
            query = "select is_restricted from items where id = %s"
            assert later.execute(query, [film]).fetchone() == (True,)
        finally:
            earlier.rollback()
            later.execute("delete from content where id = %s", [film])


def wait_for_lock(blocker: psycopg.Connection) -> None:
    """Wait until another connection is blocked by this one."""
    query = "select from pg_stat_activity where pg_backend_pid() = any(pg_blocking_pids(pid))"
    until(lambda: blocker.execute(query).rowcount)


def test_service_role_sees_restricted_items(db: psycopg.Connection, film: UUID) -> None:
    db.execute("update content set maturity_rating = 'NC-17' where id = %s", [film])
    offer(db, film, country="FR")
    become(db, None, "service_role")
    assert available(db, film)


def test_items_copy_the_language_of_content_and_books(db: psycopg.Connection, film: UUID) -> None:
    book = item(db, "A book", "book")
    db.execute("update content set original_language = 'fr' where id = %s", [film])
    db.execute("update books set language = 'de' where id = %s", [book])
    languages = "select array_agg(language order by kind) from items where id = any(%s)"
    assert db.execute(languages, [[film, book]]).fetchone() == (["de", "fr"],)


def test_viewer_cannot_write_availability(db: psycopg.Connection, film: UUID) -> None:
    become(db, person(db))
    with pytest.raises(psycopg.errors.InsufficientPrivilege):
        offer(db, film, country="FR")


@pytest.mark.parametrize(
    "fields",
    [
        {"country": "fr"},
        {"country": "FRA"},
        {"tier": "gold"},
        {"starts_at": "2026-01-02", "ends_at": "2026-01-02"},
    ],
)
def test_invalid_offer_is_refused(db: psycopg.Connection, film: UUID, fields: dict[str, object]) -> None:
    with pytest.raises(psycopg.errors.CheckViolation):
        offer(db, film, **fields)


def test_duplicate_offer_is_refused(db: psycopg.Connection, film: UUID) -> None:
    offer(db, film)
    with pytest.raises(psycopg.errors.UniqueViolation):
        offer(db, film)


def test_availability_predicate_is_inlined_in_the_plan(db: psycopg.Connection, film: UUID) -> None:
    become(db, None)
    plan = "\n".join(
        row[0]
        for row in db.execute(
            "explain verbose select i.id from items i "
            "where private.is_available(i, row(null, 'FR', 13, 'free', '{en}', true)::private.viewer)"
        )
    )
    assert "is_available" not in plan
    assert "(i.minimum_age <= '13'::smallint)" in plan
    assert "((NOT i.is_restricted) OR private.is_offered(i.id, 'FR'::text" in plan


LISTS = {
    "popular": "select id from get_popular_items(3)",
    "popular_of_a_kind": "select id from get_popular_items(3, 'movie')",
    "match_movies": "select id from match_movies(%(vector)s, 0, 3)",
    "match_content": "select id from match_content(%(vector)s, 0, 3)",
    "similar": "select id from get_similar_items(%(film)s, 3)",
}


@pytest.mark.parametrize("query", LISTS.values(), ids=LISTS.keys())
@pytest.mark.parametrize("how", ["rated by people", "popular at the source"])
def test_list_omits_unavailable_items_and_is_full_length(
    db: psycopg.Connection, free_viewer: Person, film: UUID, query: str, how: str
) -> None:
    """The best 20 films are unavailable (other countries, adults); 4 available films follow."""
    films = [item(db, f"Film {number}") for number in range(24)]
    embed(db, film, VECTOR)
    item_model(db, {film: {other: 1 - index / 100 for index, other in enumerate(films[:22])}})
    embed_all(db, {other: [1.0, index / 50] + [0.0] * 382 for index, other in enumerate(films)})
    for index, other in enumerate(films):
        if how == "rated by people":
            db.execute(
                "insert into item_stats (item_id, kind, rating_count, rating_sum) "
                "values (%s, 'movie', 20, %s)",
                [other, 100 - index],
            )
        db.execute("update content set popularity = %s where id = %s", [100 - index, other])
    db.execute("update content set maturity_rating = 'R' where id = any(%s)", [films[:10]])
    for other in films[10:20]:
        offer(db, other, country="FR")
    db.execute("delete from item_embeddings where item_id = %s", [film] if "match" in query else [uuid4()])
    limit_age(db, free_viewer)
    become(db, free_viewer)
    listed = [row[0] for row in db.execute(query, {"vector": str(VECTOR), "film": film})]
    assert listed == films[20:23]
    set_country(db, "FR")
    listed = [row[0] for row in db.execute(query, {"vector": str(VECTOR), "film": film})]
    assert listed == films[10:13]


def test_index_search_continues_until_the_count_is_reached(
    db: psycopg.Connection, free_viewer: Person
) -> None:
    """The nearest 300 films are for adults; the index returns 200 rows at a time."""
    films = [item(db, f"Film {number}") for number in range(330)]
    vectors = {film: [1.0, index / 100, (index % 7) / 50] + [0.0] * 381 for index, film in enumerate(films)}
    embed_all(db, vectors)
    db.execute("update content set maturity_rating = 'NC-17' where id = any(%s)", [films[:300]])
    db.execute("set local enable_seqscan = off")
    db.execute("set local enable_sort = off")
    limit_age(db, free_viewer)
    become(db, free_viewer)
    listed = [row[0] for row in db.execute("select id from match_movies(%s, 0, 20)", [str(VECTOR)])]
    assert len(listed) == 20
    assert len(set(listed) & set(films[300:322])) >= 18
