"""Who looks, and what of the catalogue such a viewer may see, in every list."""

import json
from concurrent.futures import ThreadPoolExecutor
from uuid import UUID, uuid4

import psycopg
import pytest

from local.temporary_stack import Stack
from tests.sql.people import Person, become, embed, embed_all, item, item_model, person, rate
from tests.waiting import until

VECTOR = [1.0] + [0.0] * 383
AVAILABLE = (
    "select exists (select from items i "
    "where i.id = %s and private.is_available(i, private.current_viewer()))"
)


def ask_from(db: psycopg.Connection, country: str | None) -> None:
    """Go on as if the request came from there, by the gateway's word."""
    headers = {"cf-ipcountry": country} if country else {}
    db.execute("select set_config('request.headers', %s, true)", [json.dumps(headers)])


def offer(db: psycopg.Connection, offered: UUID, **fields: object) -> None:
    columns = ["item_id", *fields]
    marks = ", ".join(["%s"] * len(columns))
    db.execute(
        f"insert into item_availability ({', '.join(columns)}) values ({marks})", [offered, *fields.values()]
    )


def viewer(db: psycopg.Connection, profile: UUID | None = None) -> tuple[object, ...]:
    row = db.execute("select (v).* from private.viewer(%s) as v", [profile]).fetchone()
    assert row
    return row


def limit_age(db: psycopg.Connection, who: Person) -> None:
    db.execute("update profiles set maturity_rating = 'PG-13' where id = %s", [who.profile_id])


def available(db: psycopg.Connection, asked: UUID) -> bool:
    row = db.execute(AVAILABLE, [asked]).fetchone()
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


def test_a_viewer_is_the_acting_profile(db: psycopg.Connection, free_viewer: Person) -> None:
    db.execute(
        "update profiles set maturity_rating = 'R', language_preference = 'sv' where id = %s",
        [free_viewer.profile_id],
    )
    become(db, free_viewer)
    db.execute("update accounts set country = 'SE' where id = %s", [free_viewer.id])
    expected = (free_viewer.rater_id, "SE", 17, "free", ["sv"], True)
    assert viewer(db) == viewer(db, free_viewer.profile_id) == expected


def test_the_gateways_word_on_the_country_goes_before_the_accounts(
    db: psycopg.Connection, free_viewer: Person
) -> None:
    db.execute("update accounts set country = 'SE' where id = %s", [free_viewer.id])
    become(db, free_viewer)
    seen = []
    for told in ("FR", "XX", "T1", "fr", "FRA", "", '"; drop', None):
        ask_from(db, told)
        seen.append(viewer(db)[1])
    assert seen == ["FR"] + ["SE"] * 7


@pytest.mark.parametrize("country", ["se", "SWE", "", "S1", "ÅÄ"])
def test_an_accounts_country_is_two_capital_letters(
    db: psycopg.Connection, free_viewer: Person, country: str
) -> None:
    become(db, free_viewer)
    with pytest.raises(psycopg.errors.CheckViolation):
        db.execute("update accounts set country = %s where id = %s", [country, free_viewer.id])


def test_another_accounts_country_stays(db: psycopg.Connection, free_viewer: Person) -> None:
    become(db, person(db, "other_viewer"))
    assert db.execute("update accounts set country = 'FR' where id = %s", [free_viewer.id]).rowcount == 0


def test_the_tier_is_the_tokens_word(db: psycopg.Connection, free_viewer: Person) -> None:
    tiers = []
    for tier in ("premium", "free", "gold", None):
        claims = {"role": "authenticated", "sub": str(free_viewer.id), "app_metadata": {"tier": tier}}
        become(db, free_viewer)
        db.execute("select set_config('request.jwt.claims', %s, true)", [json.dumps(claims)])
        tiers.append(viewer(db)[3])
    assert tiers == ["premium", "free", "free", "free"]


def test_a_tier_in_user_metadata_counts_for_nothing(db: psycopg.Connection, free_viewer: Person) -> None:
    become(db, free_viewer)
    claims = {
        "role": "authenticated",
        "sub": str(free_viewer.id),
        "tier": "premium",
        "user_metadata": {"tier": "premium"},
    }
    db.execute("select set_config('request.jwt.claims', %s, true)", [json.dumps(claims)])
    assert viewer(db)[3] == "free"


def test_languages_are_the_preferred_one_then_what_was_liked_most(
    db: psycopg.Connection, free_viewer: Person
) -> None:
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


def test_another_users_profile_is_refused(db: psycopg.Connection, free_viewer: Person) -> None:
    become(db, person(db, "other_viewer"))
    with pytest.raises(psycopg.errors.InsufficientPrivilege, match="not yours"):
        viewer(db, free_viewer.profile_id)


def test_the_service_sees_as_the_profile_it_names(db: psycopg.Connection, free_viewer: Person) -> None:
    db.execute("update accounts set country = 'SE' where id = %s", [free_viewer.id])
    become(db, None, "service_role")
    ask_from(db, "US")
    assert viewer(db) == (None,) * 6
    assert viewer(db, free_viewer.profile_id) == (free_viewer.rater_id, "SE", 18, "free", ["en"], True)


@pytest.mark.parametrize(
    ("rating", "seen"),
    [(None, True), ("G", True), ("PG", True), ("PG-13", True), ("R", False), ("NC-17", False)],
)
def test_an_items_maturity_asks_for_the_profiles(
    db: psycopg.Connection, free_viewer: Person, film: UUID, rating: str | None, seen: bool
) -> None:
    db.execute("update content set maturity_rating = %s where id = %s", [rating, film])
    limit_age(db, free_viewer)
    become(db, free_viewer)
    assert available(db, film) is seen


@pytest.mark.parametrize(("rating", "highest"), [("G", 0), ("PG", 1), ("PG-13", 2), ("R", 3), ("NC-17", 4)])
def test_a_profile_sees_what_its_own_rating_allows(
    db: psycopg.Connection, free_viewer: Person, rating: str, highest: int
) -> None:
    films = [item(db, rated) for rated in ("G", "PG", "PG-13", "R", "NC-17")]
    for made, rated in zip(films, ("G", "PG", "PG-13", "R", "NC-17"), strict=True):
        db.execute("update content set maturity_rating = %s where id = %s", [rated, made])
    db.execute("update profiles set maturity_rating = %s where id = %s", [rating, free_viewer.profile_id])
    become(db, free_viewer)
    assert [available(db, made) for made in films] == [place <= highest for place in range(5)]


def test_an_item_with_rows_is_there_where_one_of_them_says(db: psycopg.Connection, film: UUID) -> None:
    offer(db, film, country="FR")
    offer(db, film, country="BE", ends_at="2001-01-01")
    offer(db, film, country="CH", starts_at="2999-01-01")
    become(db, None)
    seen = {}
    for country in ("FR", "BE", "CH", "DE", None):
        ask_from(db, country)
        seen[country] = available(db, film)
    assert seen == {"FR": True, "BE": False, "CH": False, "DE": False, None: False}


def test_a_window_holds_from_its_start_and_no_more_at_its_end(db: psycopg.Connection, film: UUID) -> None:
    other = item(db, "Ends now")
    db.execute("insert into item_availability (item_id, starts_at) values (%s, now())", [film])
    db.execute("insert into item_availability (item_id, ends_at) values (%s, now())", [other])
    become(db, None)
    assert (available(db, film), available(db, other)) == (True, False)


def test_a_row_for_premium_hides_nothing_in_lists_and_says_who_may_play(
    db: psycopg.Connection, film: UUID
) -> None:
    offer(db, film, tier="premium")
    become(db, None)
    assert available(db, film)
    playable = db.execute(
        "select tier, private.is_offered(%s, null, tier) from unnest(array['free', 'premium']) as tier",
        [film],
    ).fetchall()
    assert playable == [("free", False), ("premium", True)]


def test_an_item_whose_last_row_is_gone_is_everywhere_again(db: psycopg.Connection, film: UUID) -> None:
    other = item(db, "Another film")
    offer(db, film, country="FR")
    restricted = "select array_agg(id) from items where is_restricted"
    assert db.execute(restricted).fetchone() == ([film],)
    db.execute("update item_availability set item_id = %s", [other])
    assert db.execute(restricted).fetchone() == ([other],)
    db.execute("delete from item_availability")
    assert db.execute(restricted).fetchone() == (None,)


def test_of_two_writers_the_later_one_decides_whether_an_item_is_restricted(stack: Stack) -> None:
    with (
        psycopg.connect(stack.database_url) as earlier,
        psycopg.connect(stack.database_url, autocommit=True) as later,
        ThreadPoolExecutor(1) as thread,
    ):
        made = item(later, "Between two writers")
        try:
            offer(later, made, country="FR")
            earlier.execute("delete from item_availability where item_id = %s", [made])
            waiting = thread.submit(offer, later, made, country="SE")
            wait_for_lock(earlier)
            earlier.commit()
            waiting.result(120)
            query = "select is_restricted from items where id = %s"
            assert later.execute(query, [made]).fetchone() == (True,)
        finally:
            earlier.rollback()
            later.execute("delete from content where id = %s", [made])


def wait_for_lock(blocker: psycopg.Connection) -> None:
    """Until another connection waits for this one."""
    query = "select from pg_stat_activity where pg_backend_pid() = any(pg_blocking_pids(pid))"
    until(lambda: blocker.execute(query).rowcount)


def test_the_service_sees_what_nobody_else_does(db: psycopg.Connection, film: UUID) -> None:
    db.execute("update content set maturity_rating = 'NC-17' where id = %s", [film])
    offer(db, film, country="FR")
    become(db, None, "service_role")
    assert available(db, film)


def test_items_repeat_the_language_of_content_and_books(db: psycopg.Connection, film: UUID) -> None:
    book = item(db, "A book", "book")
    db.execute("update content set original_language = 'fr' where id = %s", [film])
    db.execute("update books set language = 'de' where id = %s", [book])
    assert db.execute("select array_agg(language order by kind) from items").fetchone() == (["de", "fr"],)


def test_availability_is_the_services_to_write(db: psycopg.Connection, film: UUID) -> None:
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
def test_a_row_that_makes_no_sense_is_refused(
    db: psycopg.Connection, film: UUID, fields: dict[str, object]
) -> None:
    with pytest.raises(psycopg.errors.CheckViolation):
        offer(db, film, **fields)


def test_the_same_row_twice_is_refused(db: psycopg.Connection, film: UUID) -> None:
    offer(db, film)
    with pytest.raises(psycopg.errors.UniqueViolation):
        offer(db, film)


def test_the_predicate_is_part_of_the_plan_and_called_for_restricted_items_only(
    db: psycopg.Connection, film: UUID
) -> None:
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
@pytest.mark.parametrize("how", ["rated by people", "told by the source"])
def test_a_list_leaves_out_what_is_not_available_and_is_as_long_as_asked(
    db: psycopg.Connection, free_viewer: Person, film: UUID, query: str, how: str
) -> None:
    """The 20 best are for other countries or for adults; 4 ordinary ones come after them."""
    films = [item(db, f"Film {number}") for number in range(24)]
    embed(db, film, VECTOR)
    item_model(db, {film: {made: 1 - place / 100 for place, made in enumerate(films[:22])}})
    embed_all(db, {made: [1.0, place / 50] + [0.0] * 382 for place, made in enumerate(films)})
    for place, made in enumerate(films):
        if how == "rated by people":
            db.execute(
                "insert into item_stats (item_id, kind, rating_count, rating_sum) "
                "values (%s, 'movie', 20, %s)",
                [made, 100 - place],
            )
        db.execute("update content set popularity = %s where id = %s", [100 - place, made])
    db.execute("update content set maturity_rating = 'R' where id = any(%s)", [films[:10]])
    for made in films[10:20]:
        offer(db, made, country="FR")
    db.execute("delete from item_embeddings where item_id = %s", [film] if "match" in query else [uuid4()])
    limit_age(db, free_viewer)
    become(db, free_viewer)
    listed = [row[0] for row in db.execute(query, {"vector": str(VECTOR), "film": film})]
    assert listed == films[20:23]
    ask_from(db, "FR")
    listed = [row[0] for row in db.execute(query, {"vector": str(VECTOR), "film": film})]
    assert listed == films[10:13]


def test_a_search_by_index_goes_on_until_it_has_as_many_as_asked(
    db: psycopg.Connection, free_viewer: Person
) -> None:
    """The 300 nearest are for adults; the index gives 200 at a time."""
    films = [item(db, f"Film {number}") for number in range(330)]
    vectors = {made: [1.0, place / 100, (place % 7) / 50] + [0.0] * 381 for place, made in enumerate(films)}
    embed_all(db, vectors)
    db.execute("update content set maturity_rating = 'NC-17' where id = any(%s)", [films[:300]])
    db.execute("set local enable_seqscan = off")
    db.execute("set local enable_sort = off")
    limit_age(db, free_viewer)
    become(db, free_viewer)
    listed = [row[0] for row in db.execute("select id from match_movies(%s, 0, 20)", [str(VECTOR)])]
    assert len(listed) == 20
    assert len(set(listed) & set(films[300:322])) >= 18
