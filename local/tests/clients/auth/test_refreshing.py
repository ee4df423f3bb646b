"""Refresh tokens: each is used once, and a session that is not refreshed ends."""

from collections.abc import Callable
from datetime import UTC, datetime, timedelta

import httpx
import psycopg
import pytest
from supabase import Client

from local.temporary_stack import Stack
from local.tests.clients.auth.sessions import at_once, claims_of, refresh, refused, sign_in, sign_up, user


def test_refresh_returns_new_token_of_the_same_session(app: Client, stack: Stack) -> None:
    first = sign_up(app)
    second = app.auth.refresh_session().session
    assert second and second.refresh_token != first.refresh_token
    sessions = [claims_of(s.access_token, stack)["session_id"] for s in (first, second)]
    assert sessions[0] == sessions[1]


def test_a_token_shown_again_at_once_gives_its_successor_again(app: Client, http: httpx.Client) -> None:
    session = sign_up(app)
    once, again = refresh(http, session.refresh_token), refresh(http, session.refresh_token)
    assert again.status_code == 200
    assert again.json()["refresh_token"] == once.json()["refresh_token"]


@pytest.mark.own("auth", why="A refresh token left behind within the reuse interval")
def test_a_token_left_behind_a_moment_ago_gives_the_active_one(app: Client, http: httpx.Client) -> None:
    first = sign_up(app)
    second = refresh(http, first.refresh_token).json()
    third = refresh(http, second["refresh_token"]).json()
    assert refresh(http, first.refresh_token).json()["refresh_token"] == third["refresh_token"]


def pass_by(database: psycopg.Connection, token: str) -> None:
    """The reuse interval of a token."""
    earlier = (
        "update auth.refresh_tokens set updated_at = updated_at - interval '11 seconds' where token = %s"
    )
    database.execute(earlier, [token])


def test_a_reused_token_ends_its_family(
    app: Client, http: httpx.Client, database: psycopg.Connection
) -> None:
    """By Auth itself, or where it only revokes the family by the trigger of its tokens."""
    first = sign_up(app)
    second = refresh(http, first.refresh_token).json()
    third = refresh(http, second["refresh_token"]).json()
    pass_by(database, first.refresh_token)

    assert refused("refresh_token_already_used", refresh(http, first.refresh_token))
    assert refused("refresh_token_not_found", refresh(http, third["refresh_token"]))
    assert refused("session_not_found", user(http, third["access_token"]))


def test_a_reused_token_leaves_other_sessions_alone(
    app: Client, connect: Callable[[], Client], http: httpx.Client, database: psycopg.Connection
) -> None:
    first, other = sign_up(app), connect()
    elsewhere = sign_in(other, first)
    second = refresh(http, first.refresh_token).json()
    refresh(http, second["refresh_token"])
    earlier = "update auth.refresh_tokens set updated_at = updated_at - interval '1 hour' where token = %s"
    database.execute(earlier, [first.refresh_token])
    assert refused("refresh_token_already_used", refresh(http, first.refresh_token))
    assert refresh(http, elsewhere.refresh_token).status_code == 200


def test_two_refreshes_at_once_do_not_fork_the_family(
    app: Client, http: httpx.Client, database: psycopg.Connection
) -> None:
    session = sign_up(app)
    responses = at_once(lambda: refresh(http, session.refresh_token))
    assert [response.status_code for response in responses] == [200, 200]
    assert len({response.json()["refresh_token"] for response in responses}) == 1
    query = "select count(*) from auth.refresh_tokens where user_id = %s and not revoked"
    assert database.execute(query, [session.user.id]).fetchone() == (1,)


@pytest.mark.parametrize(
    ("since_last_refresh", "status"),
    [(timedelta(days=6, hours=23), 200), (timedelta(days=7, minutes=1), 400)],
)
def test_a_session_ends_seven_days_after_its_last_refresh(
    app: Client,
    http: httpx.Client,
    database: psycopg.Connection,
    since_last_refresh: timedelta,
    status: int,
) -> None:
    refreshed = refresh(http, sign_up(app).refresh_token).json()
    moved = (datetime.now(UTC) - since_last_refresh).replace(tzinfo=None)
    query = "update auth.sessions set refreshed_at = %s where user_id = %s"
    database.execute(query, [moved, refreshed["user"]["id"]])
    response = refresh(http, refreshed["refresh_token"])
    assert response.status_code == status
    assert status == 200 or refused("session_expired", response)


def test_a_session_never_refreshed_ends_seven_days_after_its_start(
    app: Client, http: httpx.Client, database: psycopg.Connection
) -> None:
    session = sign_up(app)
    for table in ("sessions", "refresh_tokens"):
        query = f"update auth.{table} set created_at = %s, updated_at = %s where user_id::text = %s"
        long_ago = datetime.now(UTC) - timedelta(days=8)
        database.execute(query.encode(), [long_ago, long_ago, session.user.id])
    assert refused("session_expired", refresh(http, session.refresh_token))
