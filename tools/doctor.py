"""Check the stack and its data, and say what to do about each problem: `make doctor`."""

import shutil
import sys
from collections.abc import Iterator
from dataclasses import dataclass

import httpx
import psycopg
from rich.console import Console

from tools import migration, stack

ENOUGH_GB = 1.0
console = Console(highlight=False, soft_wrap=True)


@dataclass(frozen=True)
class Finding:
    fact: str
    remedy: str | None = None
    """What to do; None if all is well."""


COUNTS = """
    select
        (select count(*) from public.content),
        (select count(*) from private.embedding_texts),
        (select count(*) from public.item_embeddings),
        (select count(*) from public.ratings),
        (select count(*) from public.recommendation_models where is_active),
        (select count(*) from procrastinate.procrastinate_jobs where status = 'failed'),
        (select array_agg(version) from supabase_migrations.schema_migrations)
"""


def main() -> int:
    findings = list(examine(stack.settings.load()))
    for finding in findings:
        sign = "[red]✗[/red]" if finding.remedy else "[green]✓[/green]"
        console.print(f"{sign} {finding.fact}" + (f": {finding.remedy}" if finding.remedy else ""))
    return 1 if any(finding.remedy for finding in findings) else 0


def examine(at: stack.Settings) -> Iterator[Finding]:
    yield room(at)
    current = stack.state.read(at) if stack.state.running(at) else None
    if current is None:
        yield Finding("the stack does not run", "`make up` starts it")
        return
    bad = {name: service.status for name, service in current.parts.items() if not service.good}
    for name, status in bad.items():
        yield Finding(f"{name} is {status}", f"`make logs PART={name}` shows why")
    if not bad:
        yield Finding(f"all {len(current.parts)} services are ready")
    environment = stack.services.environment(at, stack.keys.load(at.directory))
    yield answer(environment["SUPABASE_URL"], environment["SUPABASE_ANON_KEY"])
    yield from database(environment["DATABASE_URL"])


def room(at: stack.Settings) -> Finding:
    folder = at.directory if at.directory.exists() else stack.ROOT
    free = shutil.disk_usage(folder).free / 1e9
    fact = f"{free:.1f} GB of disk are free"
    return Finding(fact, None if free >= ENOUGH_GB else "free some: Postgres stops when the disk is full")


def answer(url: str, key: str) -> Finding:
    """Whether the gateway and REST answer a client."""
    try:
        response = httpx.get(f"{url}/rest/v1/genres?limit=1", headers={"apikey": key}, timeout=10)
        response.raise_for_status()
    except httpx.HTTPError as error:
        return Finding(f"{url} does not answer a client ({error})", "`make logs PART=gateway` shows why")
    return Finding(f"{url} answers a client")


def database(url: str) -> Iterator[Finding]:
    try:
        with psycopg.connect(url, connect_timeout=10) as connection:
            row = connection.execute(COUNTS).fetchone()
    except psycopg.Error as error:
        yield Finding(f"the database refuses a query ({error})", "`make logs PART=postgres` shows why")
        return
    if row:
        yield from state_of(*row)


def state_of(
    films: int, texts: int, vectors: int, ratings: int, models: int, failed: int, versions: list[str] | None
) -> Iterator[Finding]:
    """What the counts mean."""
    files = {path.name.split("_")[0] for path in migration.MIGRATIONS.glob("*.sql")}
    missing = len(files - set(versions or ()))
    yield (
        Finding("all migrations are applied")
        if not missing
        else Finding(f"{missing} migrations are not applied", "`make up` applies them")
    )
    yield (
        Finding(f"{films:,} films, shows and events")
        if films
        else Finding("the catalogue is empty", "`make seed` loads the demo's data")
    )
    yield (
        Finding(f"{vectors:,} of {texts:,} texts are embedded")
        if vectors >= texts
        else Finding(
            f"{vectors:,} of {texts:,} texts are embedded",
            "the embedding worker goes on, `make logs PART=jobs`",
        )
    )
    if ratings:
        yield (
            Finding("the item model is trained")
            if models
            else Finding("no item model is trained", "it is trained every night, or now by `make models`")
        )
    yield (
        Finding("no job has failed")
        if not failed
        else Finding(f"{failed} jobs have failed", "`make logs PART=jobs` shows why")
    )


if __name__ == "__main__":
    sys.exit(stack.exit_status(main))
