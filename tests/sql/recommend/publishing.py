"""Publish counts and trends like the scheduled job; without noise where a test works out values by hand."""

import psycopg

EXACT = (
    "update private.publication set "
    "min_accounts = 1, count_step = 1, rating_noise = 0, event_noise = 0, prior = 0"
)
NOISELESS = "update private.publication set rating_noise = 0, event_noise = 0"
"""Without noise and rounding of means; the thresholds and the steps of counts hold."""


def publish(db: psycopg.Connection, rules: str | None = EXACT) -> None:
    """Run the publication job, after the SQL `rules` that sets its parameters; the role stays as it was."""
    row = db.execute("select current_setting('role')").fetchone()
    assert row
    db.execute("reset role")
    if rules:
        db.execute(rules.encode())
    while db.execute("select private.publish_counts()").fetchone() != (0,):
        pass
    db.execute("select set_config('role', %s, true)", row)


def another_day(db: psycopg.Connection) -> None:
    """Move pending changes to the day before, so that the same accounts can cause the next publication."""
    db.execute("update private.pending_changes set changed_on = changed_on - 1")
