"""Realtime's modules import one way, and messages of presence are read without a channel."""

import ast
from graphlib import TopologicalSorter
from pathlib import Path
from typing import Any

import pytest

from local.realtime import tracking
from local.realtime.messages import Message
from local.realtime.tracking import Accept, Refuse, Shut, Track, Untrack
from local.settings import ROOT

FOLDER = ROOT / "local" / "realtime"


def imported(path: Path) -> set[str]:
    """The modules of Realtime that a module imports, for types too."""
    found = set[str]()
    for node in ast.walk(ast.parse(path.read_text())):
        if isinstance(node, ast.ImportFrom) and node.module == "local.realtime":
            found |= {alias.name for alias in node.names}
        elif isinstance(node, ast.ImportFrom) and (node.module or "").startswith("local.realtime."):
            found.add(str(node.module).split(".")[2])
    return found


def test_modules_of_realtime_form_no_circle() -> None:
    graph = {path.stem: imported(path) for path in FOLDER.glob("*.py") if path.stem != "__init__"}
    assert "channel" in graph["connection"]
    TopologicalSorter(graph).prepare()


TRACK = {"event": "TRACK", "payload": {"name": "شبكة"}}


@pytest.mark.parametrize(
    ("payload", "size", "may_track", "verdict"),
    [
        (TRACK, 10, True, Track({"name": "شبكة"})),
        ({"event": "track"}, 10, True, Track({})),
        (TRACK, 100, True, Track({"name": "شبكة"})),
        (TRACK, 101, True, Shut("Track message size exceeded")),
        (TRACK, 10, False, Refuse()),
        (
            {"event": "track", "payload": "x"},
            10,
            True,
            Refuse({"reason": "Presence track payload must be a map"}),
        ),
        ({"event": "untrack"}, 10, False, Untrack()),
        ({}, 10, True, Accept()),
        ({"event": 1}, 10, True, Accept()),
        ({"event": "other"}, 10, True, Refuse()),
        ("no map", 10, True, None),
    ],
)
def test_message_of_presence_is_read_as(payload: Any, size: int, may_track: bool, verdict: object) -> None:
    message = Message("realtime:room", "presence", payload)
    assert tracking.read(message, size, 100, may_track=may_track) == verdict
