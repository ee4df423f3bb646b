"""Show the API as a client with only the URL and the anon key sees it: `make demo`."""

import os
import sys
import time
import uuid
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from typing import Any

import httpx
from rich.console import Console
from rich.table import Table
from supabase import AuthError, AuthRetryableError, Client, PostgrestAPIError, create_client
from supabase_auth.types import Session

from tools import demo_accounts

SEARCHES = (
    ("a robot learns to feel", "movie"),
    ("friends plan a robbery that goes wrong", "movie"),
    ("growing up under a dictatorship", "book"),
)
TASTE = {
    "Toy Story": 4.5,
    "The Matrix": 5.0,
    "Blade Runner": 5.0,
    "Alien": 4.5,
    "The Terminator": 4.0,
    "WALL-E": 4.5,
    "Jurassic Park": 3.5,
    "Pulp Fiction": 4.0,
    "Titanic": 1.5,
    "Pretty Woman": 2.0,
    "Forrest Gump": 3.0,
    "The Lion King": 3.5,
}
LIKE = "Blade Runner"
NAMES = ("SUPABASE_URL", "SUPABASE_ANON_KEY", "SUPABASE_SERVICE_ROLE_KEY", "DEMO_SEARCH_URL")
NEXT = f"""
Open [bold]{{url}}[/bold] in a browser. Two accounts are ready, with passwords in {demo_accounts.FILE.name}:
  {demo_accounts.VIEWER}  an adult with a taste, and the kids profile {demo_accounts.KIDS_PROFILE}
  {demo_accounts.ADMIN}   an admin
Three things to try:
  1. search for “something funny about getting old”
  2. sign in as the viewer: each recommendation says why it is there
  3. switch to the kids profile: nothing above its age exists for it
`make simulate` lets a hundred viewers watch for a month; `make down` stops everything."""
console = Console(highlight=False)
Row = dict[str, Any]


class DemoError(Exception):
    """The demo cannot continue; the message gives the reason."""


def main(url: str, anon_key: str, service_key: str, search_url: str = "") -> int:
    """`search_url` is set if the search worker is not behind the gateway, as in Supabase's own stack."""
    try:
        if not url or not anon_key or not service_key:
            raise DemoError(f"{', '.join(NAMES[:3])} must be set: start the demo by `make demo`")
        films = show_all(create_client(url, anon_key), search_url or url)
        with step("prepared two accounts"):
            taste = {id: TASTE[title] for title, id in films.items()}
            demo_accounts.prepare(url, anon_key, service_key, taste)
        console.print(NEXT.format(url=url))
    except KeyboardInterrupt:
        return 130
    except (httpx.TransportError, AuthRetryableError) as error:
        sys.stderr.write(f"error: {url} does not answer: {error}. Does the stack run? `make status`\n")
        return 1
    except (DemoError, AuthError, PostgrestAPIError, httpx.HTTPError) as error:
        sys.stderr.write(f"error: {error}\n")
        return 1
    return 0


def show_all(client: Client, search_url: str) -> dict[str, str]:
    """Play the demo; returns the ids of the rated films by title."""
    with step("signed up"):
        address = f"demo-{uuid.uuid4().hex[:12]}@example.com"
        session = client.auth.sign_up({"email": address, "password": uuid.uuid4().hex}).session
        if not session:
            raise DemoError("sign-up gave no session: addresses must be confirmed first here")
    for text, kind in SEARCHES:
        with step(f"searched {kind}s for “{text}”"):
            results = search(f"{search_url}/search/semantic", text, kind, client.supabase_key, session)
        show(results, ("title", "year", "similarity"))
    with step("requested items to rate first"):
        onboarding = rows(client.rpc("get_onboarding_items", {"count": 5}).execute().data)
    show(onboarding, ("title", "year", "rating_count"))
    with step(f"rated {len(TASTE)} films"):
        films = rate(client)
    with step("requested recommendations"):
        recommended = rows(client.rpc("get_recommendations", {"count": 8, "kind": "movie"}).execute().data)
    show(recommended, ("title", "year", "reason"))
    with step(f"requested films like {LIKE}"):
        similar = client.rpc("get_similar_items", {"item_id": films[LIKE], "count": 5}).execute().data
    show(rows(similar), ("title", "year", "score"))
    with step("requested popular films"):
        popular = client.rpc("get_popular_items", {"count": 5, "kind": "movie"}).execute().data
    show(rows(popular), ("title", "year", "rating_count", "average_rating"))
    return films


def search(url: str, text: str, kind: str, anon_key: str, session: Session) -> list[Row]:
    response = httpx.get(
        url,
        params={"q": text, "kind": kind, "count": 4, "threshold": 0.2},
        headers={"apikey": anon_key, "Authorization": f"Bearer {session.access_token}"},
        timeout=30,
    )
    response.raise_for_status()
    return rows(response.json()["results"])


def rate(client: Client) -> dict[str, str]:
    """Rate the films of TASTE that are loaded; returns their ids by title."""
    loaded = rows(client.table("movies").select("id, title").in_("title", list(TASTE)).execute().data)
    films = {film["title"]: film["id"] for film in loaded}
    if LIKE not in films:
        raise DemoError("the films of the demo are not loaded: `make seed` loads them")
    client.table("ratings").upsert(
        [{"item_id": id, "rating": TASTE[title]} for title, id in films.items()]
    ).execute()
    return films


@contextmanager
def step(title: str) -> Iterator[None]:
    started = time.monotonic()
    yield
    console.print(f"\n[bold]{title}[/bold] [dim]{(time.monotonic() - started) * 1000:.0f} ms[/dim]")


def show(results: list[Row], names: Sequence[str]) -> None:
    table = Table(box=None, show_header=False, padding=(0, 2))
    for row in results:
        table.add_row(
            *(f"{row[name]:.2f}" if isinstance(row[name], float) else str(row[name] or "") for name in names)
        )
    console.print(table if results else "  nothing found")


def rows(data: Any) -> list[Row]:
    return list(data)


if __name__ == "__main__":
    sys.exit(main(*(os.environ.get(name, "") for name in NAMES)))
