"""With 100,000 people, reading one's own rows uses an index and determines the caller once."""

from collections.abc import Iterator
from typing import Any

import psycopg
import pytest
from psycopg import sql

from tests.conftest import Stack
from tests.sql.people import become
from tools import scratch
from tools.access.population import Population, populate

pytestmark = pytest.mark.embedded

Node = dict[str, Any]
CALLS = ("private.", "auth.", "current_setting(")
"""Calls that determine the caller, which a filter must not repeat for each row."""


@pytest.fixture(scope="module")
def crowded(stack: Stack) -> Iterator[tuple[psycopg.Connection, Population]]:
    with scratch.migrated() as url, psycopg.connect(url) as db:
        yield db, populate(db)
        db.rollback()


def plan(db: psycopg.Connection, population: Population, table: str) -> list[Node]:
    """All nodes of the plan by which the viewer reads the table."""
    become(db, population.viewer)
    explain = sql.SQL("explain (analyze, verbose, timing off, format json) select * from {}")
    row = db.execute(explain.format(sql.Identifier(*table.split(".")))).fetchone()
    db.execute("reset role")
    assert row
    return list(nodes(row[0][0]["Plan"]))


def nodes(node: Node) -> Iterator[Node]:
    yield node
    for inner in node.get("Plans", ()):
        yield from nodes(inner)


def faults(plan_nodes: list[Node]) -> Iterator[str]:
    for node in plan_nodes:
        name = f"{node['Node Type']} of {node.get('Relation Name')}"
        rows = node["Actual Loops"] * (node["Actual Rows"] + node.get("Rows Removed by Filter", 0))
        if rows > 1_000:
            yield f"{name} read {rows} rows"
        if any(call in node.get("Filter", "") for call in CALLS):
            yield f"{name} calls a function for each row: {node['Filter']}"
        if node.get("Parent Relationship") == "SubPlan":
            yield f"{name} is a subplan of every row"
        if node.get("Parent Relationship") == "InitPlan" and node["Actual Loops"] > 1:
            yield f"{name} ran {node['Actual Loops']} times"


def test_every_table_with_owned_rows_is_read_by_index(
    crowded: tuple[psycopg.Connection, Population],
) -> None:
    db, population = crowded
    by_table = {table: list(faults(plan(db, population, table))) for table in population.tables}
    assert {table: lines for table, lines in by_table.items() if lines} == {}
    assert {"public.accounts", "public.profiles", "public.ratings", "public.interactions"} <= by_table.keys()


@pytest.mark.parametrize(
    ("policy", "fault"),
    [
        ("account_id = auth.uid() or name = 'x'", "calls a function for each row"),
        ("exists (select from accounts as a where a.id = account_id and a.id = (select auth.uid()))", "read"),
        ("name = (select auth.uid())::text", "read"),
    ],
)
def test_policy_that_scans_or_calls_once_a_row_is_detected(
    crowded: tuple[psycopg.Connection, Population], policy: str, fault: str
) -> None:
    db, population = crowded
    with db.transaction(force_rollback=True):
        db.execute("drop policy profiles_select_own on profiles")
        db.execute(f"create policy p on profiles for select to authenticated using ({policy})".encode())
        assert any(fault in line for line in faults(plan(db, population, "public.profiles")))
