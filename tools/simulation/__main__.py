"""Let a hundred viewers with tastes search, watch and rate over a month: `make simulate`.

The viewers are real accounts, simulated-001@example.com and so on. They choose films by popularity, which
they change: running it again adds to the month.
"""

import json
import os
import sys
from collections.abc import Sequence
from datetime import UTC, datetime
from uuid import UUID, uuid5

import httpx
import psycopg
from rich.console import Console
from rich.progress import track
from rich.table import Table
from supabase import AuthError, Client, create_client

from tools.exits import ToolError, exit_status
from tools.simulation.month import Act, Event, Film, Rating, Search, Viewer, month, viewers

VIEWERS, SEED, LISTED = 100, 1895, 8
IDS = UUID("5c1d9a52-7a0e-4f58-9a55-7f0c6b1f2d11")
FILMS = """
    select c.id, c.title, array_remove(array_agg(g.name), null), c.original_language,
        coalesce(max(s.rating_count), 0) / 50.0
    from public.content as c
    left join public.item_stats as s on c.id = s.item_id
    left join public.item_genres as i on c.id = i.item_id
    left join public.genres as g on i.genre_id = g.id
    where c.kind = 'movie' and c.overview is not null
    group by c.id
    order by c.id
"""
RATER = """
    select r.id from public.raters as r join public.profiles as p on r.profile_id = p.id
    where p.account_id = %s
"""
TRENDING = "select title from public.get_trending_items(%s, 'movie')"
INSERT_EVENT = """
    insert into public.interactions
        (rater_id, client_id, month, item_id, type, occurred_at, received_at, country)
    values (%s, %s, date_trunc('month', %s::timestamptz at time zone 'UTC')::date, %s, %s, %s, %s, %s)
    on conflict do nothing
"""
INSERT_RATING = """
    insert into public.ratings (rater_id, item_id, rating, created_at, updated_at, country)
    values (%s, %s, %s, %s, %s, %s) on conflict do nothing
"""
console = Console(highlight=False)
SILENT = not console.is_terminal


def main() -> int:
    names = ("SUPABASE_URL", "SUPABASE_SERVICE_ROLE_KEY", "DATABASE_URL")
    if missing := [name for name in names if not os.environ.get(name)]:
        raise ToolError(f"{', '.join(missing)} not set: start it by `make simulate`")
    url, key, database = (os.environ[name] for name in names)
    try:
        with psycopg.connect(database, autocommit=True) as connection:
            simulate(create_client(url, key), connection)
    except (psycopg.OperationalError, httpx.TransportError, AuthError) as error:
        raise ToolError(f"the stack does not answer: {error}. `make status` shows it") from error
    return 0


def simulate(client: Client, connection: psycopg.Connection) -> None:
    """Raises ToolError if there are no films, psycopg.Error, httpx.TransportError and AuthError."""
    rows = connection.execute(FILMS).fetchall()
    films = [Film(id, title, frozenset(genres), *rest) for id, title, genres, *rest in rows]
    if not films:
        raise ToolError("there are no films to watch: `make seed` loads some")
    before = trending(connection)
    end = datetime.now(UTC).replace(hour=0, minute=0, second=0, microsecond=0)
    people = viewers(VIEWERS, films, SEED)
    ids = accounts(client, people)
    acts = 0
    for viewer in track(people, "A month passes", console=console, disable=SILENT):
        done = list(month(viewer, films, end, SEED))
        play(connection, viewer, ids[viewer.number], done)
        acts += len(done)
        if SILENT and viewer.number % 20 == 0:
            console.print(f"{viewer.number} of {len(people)} viewers")
    while connection.execute("select private.publish_counts()").fetchone() != (0,):
        pass
    console.print(f"{len(people)} viewers did {acts:,} things in a month")
    show(before, trending(connection))


def accounts(client: Client, people: Sequence[Viewer]) -> dict[int, UUID]:
    """The account of each viewer; those that are missing are created."""
    known = {user.email: user.id for user in client.auth.admin.list_users(page=1, per_page=1000)}
    ids = {}
    for viewer in track(people, "Signing up", console=console, disable=SILENT):
        email = f"simulated-{viewer.number:03}@example.com"
        id = (
            known.get(email) or client.auth.admin.create_user({"email": email, "email_confirm": True}).user.id
        )
        ids[viewer.number] = UUID(id)
    return ids


def play(connection: psycopg.Connection, viewer: Viewer, account: UUID, acts: Sequence[Act]) -> None:
    """Store events and ratings with their times, as only the database owner may; search as the viewer."""
    row = connection.execute(RATER, [account]).fetchone()
    rater = row[0] if row else None
    with connection.transaction():
        for act in acts:
            match act:
                case Event(film, type, at):
                    id = uuid5(IDS, f"{rater}{film}{type}{at}")
                    connection.execute(INSERT_EVENT, [rater, id, at, film, type, at, at, viewer.country])
                case Rating(film, rating, at):
                    connection.execute(INSERT_RATING, [rater, film, rating, at, at, viewer.country])
    for act in acts:
        if isinstance(act, Search):
            search(connection, account, act.query)


def search(connection: psycopg.Connection, account: UUID, query: str) -> None:
    claims = json.dumps({"sub": str(account), "role": "authenticated"})
    with connection.transaction():
        connection.execute("select set_config('request.jwt.claims', %s, true)", [claims])
        connection.execute("set local role authenticated")
        connection.execute("select public.search_content(%s)", [query])


def trending(connection: psycopg.Connection) -> list[str]:
    return [title for (title,) in connection.execute(TRENDING, [LISTED]).fetchall()]


def show(before: Sequence[str], after: Sequence[str]) -> None:
    table = Table(title="Trending films", box=None)
    table.add_column("before")
    table.add_column("after the month")
    for place in range(max(len(before), len(after))):
        table.add_row(*(titles[place] if place < len(titles) else "" for titles in (before, after)))
    console.print(table)


if __name__ == "__main__":
    sys.exit(exit_status(main))
