"""What an app does with its client: one table, played with every client."""

from tests.clients.scenarios import accounts, files, functions, ratings, resumable, rows
from tests.clients.scenarios.language import Scenario

ALL: tuple[Scenario, ...] = (
    *accounts.SCENARIOS,
    *rows.SCENARIOS,
    *functions.SCENARIOS,
    *ratings.SCENARIOS,
    *files.SCENARIOS,
    *resumable.SCENARIOS,
)
