"""Profiles of one account count once, so an attacker's own profiles cannot probe another person's ratings."""

from collections.abc import Sequence
from uuid import UUID

import psycopg
import pytest

from tests.sql.people import Person, become, item, person, rate
from tests.sql.recommend.publishing import publish

CROWD = 30
"""Number of raters of the common films, so that none of these is rare."""
LISTS = {
    "get_collaborative_recommendations": "select id from get_collaborative_recommendations(auth.uid(), 200)",
    "get_recommendations": "select id from get_recommendations(200) where reason_code = 'taste'",
    "predict_rating": "select i from unnest(%s::uuid[]) as i where predict_rating(auth.uid(), i) is not null",
}


@pytest.fixture
def common(db: psycopg.Connection) -> list[UUID]:
    films = [item(db, f"Common {number}") for number in range(8)]
    for number in range(CROWD):
        rate(db, rater(db), {film: (number + place) % 5 + 1 for place, film in enumerate(films)})
    return films


@pytest.fixture
def secret(db: psycopg.Connection) -> UUID:
    return item(db, "Secret")


def rater(db: psycopg.Connection) -> UUID:
    row = db.execute("insert into raters default values returning id").fetchone()
    assert row
    return UUID(str(row[0]))


def profiles(db: psycopg.Connection, owner: Person, count: int) -> list[UUID]:
    """Create further profiles of the owner; returns their raters."""
    db.execute("reset role")
    for number in range(count):
        db.execute("insert into profiles (account_id, name) values (%s, %s)", [owner.id, f"Profile {number}"])
    query = (
        "select r.id from raters r join profiles p on p.id = r.profile_id "
        "where p.account_id = %s and not p.is_default"
    )
    return [row[0] for row in db.execute(query, [owner.id])]


def tasteful(common: Sequence[UUID], *more: UUID) -> dict[UUID, float]:
    return {film: 5 if place % 2 else 1.5 for place, film in enumerate(common)} | dict.fromkeys(more, 4.5)


def listed(db: psycopg.Connection, who: Person, name: str, secret: UUID) -> bool:
    publish(db, rules=None)
    become(db, who)
    query = LISTS[name]
    rows = db.execute(query.encode(), [[secret]] if "%s" in query else None).fetchall()
    return (secret,) in rows


@pytest.mark.parametrize("is_stored", [False, True])
@pytest.mark.parametrize(("own", "others"), [(4, 1), (4, 4), (0, 1)])
@pytest.mark.parametrize("name", LISTS)
def test_profiles_of_few_accounts_cannot_probe_a_rating(
    db: psycopg.Connection,
    common: list[UUID],
    secret: UUID,
    name: str,
    own: int,
    others: int,
    is_stored: bool,
) -> None:
    """Profiles of the attacker, or for (0, 1) of a second account, copy the victim and rate a guess."""
    victim, attacker, second = (person(db, name) for name in ("victim", "attacker", "second"))
    rate(db, victim.rater_id, tasteful(common, secret))
    rate(db, attacker.rater_id, tasteful(common))
    copies = profiles(db, attacker, own)
    if others == 4:
        copies += [second.rater_id]
    if not own:
        copies += [second.rater_id, *profiles(db, second, 4)]
    for copy in copies:
        rate(db, copy, tasteful(common, secret))
    if is_stored:
        db.execute("select private.refresh_user_similarity(%s)", [attacker.rater_id])
    assert not listed(db, attacker, name, secret)


@pytest.mark.parametrize("name", LISTS)
def test_item_rated_by_five_accounts_enters_a_list(
    db: psycopg.Connection, common: list[UUID], secret: UUID, name: str
) -> None:
    viewer = person(db)
    rate(db, viewer.rater_id, tasteful(common))
    for number in range(5):
        rate(db, person(db, f"friend {number}").rater_id, tasteful(common, secret))
    assert listed(db, viewer, name, secret)


def test_profiles_of_one_account_count_once_among_five(
    db: psycopg.Connection, common: list[UUID], secret: UUID
) -> None:
    viewer, family = person(db), person(db, "family")
    rate(db, viewer.rater_id, tasteful(common))
    for pseudonym in (family.rater_id, *profiles(db, family, 1)):
        rate(db, pseudonym, tasteful(common, secret))
    for number in range(3):
        rate(db, person(db, f"friend {number}").rater_id, tasteful(common, secret))
    assert not listed(db, viewer, "get_collaborative_recommendations", secret)
    db.execute("reset role")
    rate(db, person(db, "fifth").rater_id, tasteful(common, secret))
    assert listed(db, viewer, "get_collaborative_recommendations", secret)
