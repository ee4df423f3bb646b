"""Trends by country and language equal the counted events once they are published."""

import threading
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from uuid import UUID

import psycopg
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from local.temporary_stack import Stack
from tests.sql.catalog.offers import offer, set_country
from tests.sql.people import Person, become, person, rate
from tests.sql.recommend.publishing import publish
from tests.sql.recommend.trends import film, record

WEIGHTS = {"view": 0.3, "click": 0.3, "save": 0.3, "share": 1.0, "like": 1.0, "complete": 1.0}
WEIGHTS |= {"dislike": 0.0, "dismiss": 0.0}
COUNTRIES = [None, "FR", "SE"]
EVENT = st.tuples(
    st.integers(0, 3), st.sampled_from(sorted(WEIGHTS)), st.floats(0, 29), st.sampled_from(COUNTRIES)
)
RATING = st.tuples(st.integers(0, 3), st.integers(1, 10), st.sampled_from(COUNTRIES))


class Undone(Exception):
    """Raised at the end of an example to roll it back."""


def trending(db: psycopg.Connection, **parameters: object) -> dict[UUID, float]:
    publish(db)
    names = ", ".join(f"{name} => %({name})s" for name in parameters)
    rows = db.execute(f"select id, score from get_trending_items({names})", parameters).fetchall()
    scores = [row[1] for row in rows]
    assert scores == sorted(scores, reverse=True)
    return dict(rows)


@pytest.fixture
def viewer(db: psycopg.Connection) -> Person:
    return person(db)


def test_event_counts_in_its_country_and_worldwide(db: psycopg.Connection, viewer: Person) -> None:
    here, there, nowhere = (film(db, f"Film {name}") for name in "ABC")
    record(db, viewer, here, "FR")
    record(db, viewer, there, "SE")
    record(db, viewer, nowhere)
    become(db, None)
    assert trending(db, country="FR") == {here: pytest.approx(1)}
    assert trending(db, country="SE") == {there: pytest.approx(1)}
    assert trending(db) == {item_id: pytest.approx(1) for item_id in (here, there, nowhere)}


def test_account_country_counts_without_a_gateway_header(db: psycopg.Connection, viewer: Person) -> None:
    item_id = film(db, "Film")
    db.execute("update accounts set country = 'SE' where id = %s", [viewer.id])
    become(db, viewer)
    db.execute("insert into ratings (item_id, rating) values (%s, 4)", [item_id])
    assert trending(db, country="SE") == {item_id: pytest.approx(0.8)}
    record(db, viewer, item_id)
    assert db.execute("select country from interactions").fetchone() == ("SE",)


def test_country_in_the_event_is_ignored(db: psycopg.Connection, viewer: Person) -> None:
    item_id = film(db, "Film")
    record(db, viewer, item_id, "FR", country="SE", metadata={"country": "SE"})
    assert db.execute("select country from interactions").fetchone() == ("FR",)


def test_imported_ratings_count_only_worldwide(db: psycopg.Connection, viewer: Person) -> None:
    item_id = film(db, "Film")
    set_country(db, "FR")
    rate(db, viewer.rater_id, {item_id: 5})
    assert trending(db, country="FR") == {}
    assert trending(db) == {item_id: pytest.approx(1)}


def test_trending_applies_language_and_kind(db: psycopg.Connection, viewer: Person) -> None:
    french, book, swedish = film(db, "F", "fr"), film(db, "B", "fr", "book"), film(db, "S", "sv")
    unknown = film(db, "U")
    for item_id in (french, book, swedish, unknown):
        record(db, viewer, item_id, "FR")
    become(db, None)
    assert trending(db, language="fr").keys() == {french, book}
    assert trending(db, language="fr", kind="movie").keys() == {french}
    assert trending(db, language="sv", country="FR").keys() == {swedish}
    assert trending(db, kind="book", country="FR").keys() == {book}
    assert trending(db, language="sv", country="SE").keys() == set()
    rows = db.execute(
        "select item_id, language from private.trending(null, '{sv,fr,fr}', 'FR', 10) order by item_id"
    ).fetchall()
    assert rows == sorted([(french, "fr"), (book, "fr"), (swedish, "sv")])


def test_trend_follows_a_changed_language(db: psycopg.Connection, viewer: Person) -> None:
    item_id = film(db, "Film", "fr")
    record(db, viewer, item_id, "FR")
    db.execute("update content set original_language = 'sv' where id = %s", [item_id])
    record(db, viewer, item_id, "FR", type="like")
    become(db, None)
    assert trending(db, language="fr") == trending(db, language="fr", country="FR") == {}
    assert trending(db, language="sv", country="FR") == {item_id: pytest.approx(2)}


@pytest.mark.parametrize(
    ("types", "weight"),
    [
        (["undo"], None),
        (["like", "undo"], None),
        (["view", "save", "share", "complete", "undo"], None),
        (["like", "undo", "view"], 0.3),
        (["like", "undo", "like"], 1),
        (["undo", "view", "like"], 1.3),
    ],
)
def test_undo_removes_earlier_events_from_the_trend(
    db: psycopg.Connection, viewer: Person, types: list[str], weight: float | None
) -> None:
    item_id = film(db, "Film")
    for kind in types:
        record(db, viewer, item_id, "FR", type=kind)
    expected = {item_id: pytest.approx(weight, rel=1e-3)} if weight else {}
    assert trending(db) == trending(db, country="FR") == expected


def test_late_event_from_before_an_undo_does_not_count(db: psycopg.Connection, viewer: Person) -> None:
    item_id = film(db, "Film")
    record(db, viewer, item_id, type="undo")
    hour_ago = datetime.now(UTC) - timedelta(hours=1)
    record(db, viewer, item_id, type="like", occurred_at=hour_ago.isoformat())
    assert trending(db) == {}


def test_vote_counts_in_the_country_of_its_latest_event_alone(db: psycopg.Connection, viewer: Person) -> None:
    item_id = film(db, "Film")
    record(db, viewer, item_id, "FR", occurred_at=(datetime.now(UTC) - timedelta(minutes=2)).isoformat())
    record(db, viewer, item_id, "SE", occurred_at=(datetime.now(UTC) - timedelta(minutes=1)).isoformat())
    record(db, viewer, item_id)
    become(db, None)
    assert trending(db, country="FR") == {}
    assert trending(db, country="SE") == trending(db) == {item_id: pytest.approx(1, rel=1e-3)}


@pytest.mark.parametrize("undone", [True, False])
def test_many_undo_events_and_views_are_published_in_linear_time(
    db: psycopg.Connection, viewer: Person, undone: bool
) -> None:
    """Four thousand undo events before as many views took 16 million comparisons; now each is read once."""
    item_id = film(db, "Film")
    record(db, viewer, item_id, type="view")
    db.execute("alter table interactions disable trigger user")
    for kind, hours in (("undo", 1 if undone else 3), ("view", 2)):
        db.execute(
            "insert into interactions (client_id, month, rater_id, item_id, type, occurred_at, received_at) "
            "select gen_random_uuid(), date_trunc('month', moment at time zone 'UTC'), "
            "%s, %s, %s, moment, moment from generate_series(1, 4000) as n, "
            "lateral (select now() - make_interval(hours => %s, secs => n / 1e3) as moment)",
            [viewer.rater_id, item_id, kind, hours],
        )
    db.execute("delete from interactions where type = 'view' and received_at >= now()")
    db.execute("alter table interactions enable trigger user")
    db.execute("set local statement_timeout = '2s'")
    trends = trending(db)
    assert trends.keys() == (set() if undone else {item_id})


def test_undo_of_another_item_or_viewer_keeps_the_trend(db: psycopg.Connection, viewer: Person) -> None:
    item_id, other = film(db, "Film"), film(db, "Another film")
    record(db, viewer, item_id, type="like")
    record(db, viewer, other, type="undo")
    record(db, person(db, "other_viewer"), item_id, type="undo")
    assert trending(db) == {item_id: pytest.approx(1, rel=1e-3)}


def test_deleted_item_has_no_trend(db: psycopg.Connection, viewer: Person) -> None:
    item_id = film(db, "Film", "fr")
    record(db, viewer, item_id, "FR")
    rate(db, viewer.rater_id, {item_id: 5})
    db.execute("delete from content where id = %s", [item_id])
    assert db.execute("select * from item_trends").fetchall() == []
    assert trending(db) == {}


@pytest.mark.parametrize(
    "parameters", [{}, {"country": "FR"}, {"language": "fr"}, {"kind": "movie", "country": "FR"}]
)
def test_trending_list_is_full_length_despite_hidden_items(
    db: psycopg.Connection, viewer: Person, parameters: dict[str, str]
) -> None:
    films = [film(db, f"Film {number}", "fr") for number in range(8)]
    for index, item_id in enumerate(films):
        when = datetime.now(UTC) - timedelta(days=index)
        record(db, viewer, item_id, "FR", occurred_at=when.isoformat())
    db.execute("update content set maturity_rating = 'R' where id = any(%s)", [films[:2]])
    for item_id in films[2:4]:
        offer(db, item_id, country="SE")
    db.execute("update profiles set maturity_rating = 'PG-13' where id = %s", [viewer.profile_id])
    become(db, viewer)
    assert list(trending(db, count=3, **parameters)) == films[4:7]
    set_country(db, "SE")
    assert list(trending(db, count=3)) == films[2:5]


@pytest.mark.parametrize(
    ("field", "value"),
    [("country", "fr"), ("country", "FRA"), ("country", "001"), ("country", "F'"), ("language", "FR"),
     ("language", "f"), ("language", "français"), ("language", "fr\n"), ("count", 0), ("kind", "opera")],
)  # fmt: skip
def test_trending_names_an_invalid_parameter(db: psycopg.Connection, field: str, value: object) -> None:
    become(db, None)
    with pytest.raises(psycopg.errors.InvalidParameterValue) as refused:
        trending(db, **{field: value})
    assert f'"field": "{field}"' in (refused.value.diag.message_detail or "")


def country_of(cast: list[tuple[float, str | None]]) -> str | None:
    """The country of the latest event that has one, which has the greatest weight; the first of equals."""
    return min(((-weight, country) for weight, country in cast if country), default=(0, None))[1]


@given(events=st.lists(EVENT, max_size=12), ratings=st.lists(RATING, max_size=6))
@settings(max_examples=40, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
def test_trend_equals_the_counted_events(
    db: psycopg.Connection,
    events: list[tuple[int, str, float, str | None]],
    ratings: list[tuple[int, int, str | None]],
) -> None:
    with pytest.raises(Undone), db.transaction():
        languages = ["fr", "fr", "sv", None]
        films = [film(db, f"Film {number}", language) for number, language in enumerate(languages)]
        row = db.execute("select now()").fetchone()
        assert row
        votes: dict[tuple[UUID, Person, str], list[tuple[float, str | None]]] = {}

        def count(who: Person, what: int, kind: str, weight: float, country: str | None) -> None:
            votes.setdefault((films[what], who, kind), []).append((weight, country))

        who = person(db)
        for what, kind, age, country in events:
            when = row[0] - timedelta(days=age)
            record(db, who, films[what], country, type=kind, occurred_at=when.isoformat())
            count(who, what, kind, WEIGHTS[kind] * 2 ** (-(row[0] - when).total_seconds() / 604800), country)
        for what, halves, country in ratings:
            critic = person(db)
            become(db, critic)
            set_country(db, country)
            db.execute("insert into ratings (item_id, rating) values (%s, %s)", [films[what], halves / 2])
            count(critic, what, "rating", halves / 10, country)
        become(db, None)
        expected: dict[tuple[str | None, UUID], float] = {}
        for (item_id, *_), cast in votes.items():
            weight = max(weight for weight, _ in cast)
            for where in {None, country_of(cast)}:
                expected[where, item_id] = expected.get((where, item_id), 0) + weight
        for country in COUNTRIES:
            for language in (None, "fr", "sv"):
                wanted = {
                    item_id: pytest.approx(weight, rel=1e-9)
                    for (where, item_id), weight in expected.items()
                    if where == country and weight > 0 and language in (None, languages[films.index(item_id)])
                }
                assert trending(db, country=country, language=language) == wanted
        raise Undone


@pytest.mark.parametrize("language", [None, "fr"])
def test_trend_is_read_from_an_index_without_sorting(db: psycopg.Connection, language: str | None) -> None:
    # With a thousand analysed rows, one in fifty of them French, the plan does not depend on other tests.
    films = [film(db, "A film", "fr" if number == 0 else "en") for number in range(50)]
    db.execute(
        "insert into item_trends (item_id, country, kind, language, trend) "
        "select f.id, chr(65 + n) || 'R', 'movie', c.original_language, random() "
        "from unnest(%s::uuid[]) as f (id) join content as c on c.id = f.id, generate_series(0, 19) as n",
        [films],
    )
    db.execute("analyze item_trends")
    db.execute("set local enable_seqscan = off")
    db.execute("set local enable_bitmapscan = off")
    # The fifty rows of a country are also read quickly by another index and sorted.
    db.execute("set local enable_sort = off")
    wanted = "and t.language = 'fr'" if language else ""
    plan = str(
        db.execute(
            "explain select t.item_id from item_trends t where t.country = 'FR' and t.kind = 'movie' "
            f"{wanted} order by t.trend desc, t.item_id limit 20"
        ).fetchall()
    )
    assert f"item_trends_{'language' if language else 'country'}" in plan
    assert "Sort" not in plan


@pytest.fixture
def committed(stack: Stack) -> Iterator[tuple[list[UUID], list[UUID]]]:
    """Thirty committed films and two raters, deleted after the test."""
    with psycopg.connect(stack.database_url, autocommit=True) as connection:
        films = [film(connection, f"Hot film {number}", "fr") for number in range(30)]
        people = [person(connection) for _ in range(2)]
        yield films, [who.rater_id for who in people]
        connection.execute("delete from content where id = any(%s)", [films])
        connection.execute("delete from auth.users where id = any(%s)", [[who.id for who in people]])
        connection.execute("delete from raters where id = any(%s)", [[who.rater_id for who in people]])


def test_concurrent_events_in_opposite_orders_do_not_deadlock(
    stack: Stack, committed: tuple[list[UUID], list[UUID]]
) -> None:
    films, raters = committed
    rounds, failed = 25, []
    together = threading.Barrier(2)

    def write(rater: UUID, order: list[UUID]) -> None:
        with psycopg.connect(stack.database_url, autocommit=True) as connection:
            for _ in range(rounds):
                together.wait(120)
                try:
                    connection.execute(
                        "insert into interactions "
                        "(rater_id, client_id, month, item_id, type, occurred_at, country) "
                        "select %s, gen_random_uuid(), date_trunc('month', now() at time zone 'UTC'), "
                        "i, 'share', now(), 'FR' from unnest(%s::uuid[]) as i",
                        [rater, order],
                    )
                except psycopg.Error as error:
                    failed.append(error)

    writers = [
        threading.Thread(target=write, args=(rater, order))
        for rater, order in zip(raters, (films, films[::-1]), strict=True)
    ]
    for writer in writers:
        writer.start()
    for writer in writers:
        writer.join(600)
    assert failed == []
    with psycopg.connect(stack.database_url) as connection:
        publish(connection)
        scores = connection.execute(
            "select item_id, score from private.trending('movie', '{fr}', 'FR', 100)"
        ).fetchall()
        connection.rollback()
    assert dict(scores) == {item_id: pytest.approx(2, rel=1e-2) for item_id in films}
