"""Who is present on a topic: members under keys of their choice, with what each tells of itself.

State and diffs have the shape of Phoenix.Presence: {key: {"metas": [{"phx_ref": …, …}]}}.
"""

import secrets
from collections.abc import Hashable
from dataclasses import dataclass, field
from typing import Any, NamedTuple, Protocol

from local.realtime.messages import written
from local.shares import FullError

Meta = dict[str, Any]
LARGEST = 2 * 1024 * 1024
"""Bytes of all that is told on a topic: with more of it, whoever joins would seem too slow a reader."""

REFS = 60
"""Bytes that references and braces add to what a member tells."""


class Full(Exception):
    """No more can be told on this topic."""


@dataclass
class Diff:
    """What changed since the last one was told. Clients take joins before leaves, so refs never repeat."""

    joins: dict[str, list[Meta]] = field(default_factory=dict)
    leaves: dict[str, list[Meta]] = field(default_factory=dict)
    size: int = 0
    """Bytes, about."""

    def payload(self) -> dict[str, Any]:
        return {"joins": grouped(self.joins), "leaves": grouped(self.leaves)}


def grouped(metas: dict[str, list[Meta]]) -> dict[str, Any]:
    return {key: {"metas": found} for key, found in metas.items()}


class Entry(NamedTuple):
    key: str
    meta: Meta
    size: int


class Ledger(Protocol):
    """What members hold on all topics together."""

    def hold(self, member: Hashable, size: int) -> None:
        """Raises FullError."""

    def let_go(self, member: Hashable, size: int) -> None: ...


class Unbounded:
    def hold(self, member: Hashable, size: int) -> None: ...

    def let_go(self, member: Hashable, size: int) -> None: ...


class Presences:
    def __init__(self, ledger: Ledger | None = None) -> None:
        self.ledger = ledger or Unbounded()
        self.present: dict[Hashable, Entry] = {}
        self.size = 0
        self.diff = Diff()

    def track(self, member: Hashable, key: str, told: Meta) -> bool:
        """False when the member told the same before. Raises Full and FullError."""
        before = self.present.get(member)
        if before and _without_refs(before.meta) == _without_refs(told):
            return False
        size = len(written(key)) + len(written(told)) + REFS
        if self.size - (before.size if before else 0) + size > LARGEST:
            raise Full
        if before:
            self.ledger.let_go(member, before.size)
        try:
            self.ledger.hold(member, size)
        except FullError:
            if before:
                self.ledger.hold(member, before.size)
            raise
        meta = {**told, "phx_ref": secrets.token_urlsafe(9)}
        if before:
            meta["phx_ref_prev"] = before.meta["phx_ref"]
            self._take_out(member, before)
        self.present[member] = Entry(key, meta, size)
        self.size += size
        self.diff.joins.setdefault(key, []).append(meta)
        self.diff.size += size
        return True

    def untrack(self, member: Hashable) -> bool:
        """False when the member was not there."""
        found = self.present.get(member)
        if found is None:
            return False
        self.ledger.let_go(member, found.size)
        self._take_out(member, found)
        return True

    def _take_out(self, member: Hashable, found: Entry) -> None:
        del self.present[member]
        self.size -= found.size
        self.diff.leaves.setdefault(found.key, []).append(found.meta)
        self.diff.size += found.size

    def state(self) -> dict[str, Any]:
        metas: dict[str, list[Meta]] = {}
        for entry in self.present.values():
            metas.setdefault(entry.key, []).append(entry.meta)
        return grouped(metas)

    def take_diff(self) -> Diff:
        taken, self.diff = self.diff, Diff()
        return taken


def _without_refs(meta: Meta) -> Meta:
    return {name: value for name, value in meta.items() if name not in ("phx_ref", "phx_ref_prev")}
