"""Scenarios of apps that use an official client: one list, run with every client."""

from tests.clients.scenarios import (
    accounts,
    browsers,
    buckets,
    channels,
    edge_functions,
    files,
    functions,
    private_channels,
    ratings,
    resumable,
    rows,
    sharing,
)
from tests.clients.scenarios.language import Scenario

ALL: tuple[Scenario, ...] = (
    *accounts.SCENARIOS,
    *rows.SCENARIOS,
    *functions.SCENARIOS,
    *ratings.SCENARIOS,
    *files.SCENARIOS,
    *sharing.SCENARIOS,
    *buckets.SCENARIOS,
    *resumable.SCENARIOS,
    *edge_functions.SCENARIOS,
    *channels.SCENARIOS,
    *private_channels.SCENARIOS,
    *browsers.SCENARIOS,
)
