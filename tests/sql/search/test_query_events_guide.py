"""The example queries of the search guide, on five searches."""

import re
from decimal import Decimal
from pathlib import Path

import psycopg
import pytest

GUIDE = Path(__file__).parents[3] / "docs" / "search-and-recommendations.md"
SECTION = GUIDE.read_text().split("## What is recorded of a search?\n")[1].split("\n## ")[0]
A_DAY, SHARE, QUERIES, NDCG = re.findall(r"```sql\n(.*?);\n```", SECTION, re.DOTALL)


@pytest.fixture(autouse=True)
def searches(db: psycopg.Connection) -> None:
    """Three searches of a day with clicks at 1, 3 and 11, two of the next without result, one browses."""
    db.execute("delete from query_events")
    db.cursor().executemany(
        "insert into query_events (id, query, total, item_ids, with_meaning, searched_at, "
        "clicked_item_id, clicked_position, clicked_at) values "
        "(gen_random_uuid(), %s, %s, '{}', false, %s, gen_random_uuid(), %s, now())",
        [("jaws", 20, "2026-12-01T00:00Z", position) for position in (1, 3, 11)],
    )
    db.cursor().executemany(
        "insert into query_events (id, query, total, item_ids, with_meaning, searched_at) "
        "values (gen_random_uuid(), %s, %s, '{}', false, %s)",
        [
            ("Xqzzv", 0, "2026-12-02T23:59Z"),
            ("xqzzv", 0, "2026-12-02T12:00Z"),
            ("", 0, "2026-12-02T12:00Z"),
        ],
    )


@pytest.mark.parametrize(
    ("query", "rows"),
    [
        (A_DAY, [("2026-12-01", 3), ("2026-12-02", 2)]),
        (SHARE, [(Decimal("0.400"),)]),
        (QUERIES, [("xqzzv", 2)]),
        # (1 / log2(2) + 1 / log2(4) + 0) / 3 = 1.5 / 3; three of five searches have a click.
        (NDCG, [(Decimal("0.500"), Decimal("0.600"))]),
    ],
    ids=["searches a day", "share without result", "queries without result", "NDCG"],
)
def test_example_query_of_the_guide(
    db: psycopg.Connection, query: str, rows: list[tuple[object, ...]]
) -> None:
    found = db.execute(query.encode()).fetchall()
    assert [(str(row[0]), *row[1:]) if query == A_DAY else row for row in found] == rows
