"""Figures as the job publishes them; exactly, where a test works out values by hand."""

import psycopg

EXACTLY = (
    "update private.publication set "
    "min_accounts = 1, count_step = 1, rating_noise = 0, event_noise = 0, prior = 0"
)
QUIET = "update private.publication set rating_noise = 0, event_noise = 0"
"""Without noise and rounding of means; the thresholds and the steps of counts hold."""


def publish(db: psycopg.Connection, rules: str | None = EXACTLY) -> None:
    """Run the job as its worker would, and go on as the same role. None: by the rules that stand."""
    row = db.execute("select current_setting('role')").fetchone()
    assert row
    db.execute("reset role")
    if rules:
        db.execute(rules.encode())
    while db.execute("select private.publish_counts()").fetchone() != (0,):
        pass
    db.execute("select set_config('role', %s, true)", row)


def another_day(db: psycopg.Connection) -> None:
    """Go on as on the day after: accounts that took part in a publication are noted again."""
    db.execute("update private.pending_changes set changed_on = changed_on - 1")
