"""Presence on a topic: members by the key that they choose, with their metadata.

State and diffs have the shape of Phoenix.Presence: {key: {"metas": [{"phx_ref": …, …}]}}.
"""

import secrets
from collections.abc import Hashable
from dataclasses import dataclass, field
from typing import Any, NamedTuple, Protocol

from local.realtime.messages import Encoded, as_json
from local.shares import FullError

Meta = dict[str, Any]
LARGEST = 2 * 1024 * 1024
"""Bytes of presence of a topic: a larger state would fill the queue of each client that joins."""

REFS = 60
"""Bytes that references and braces add to an entry."""


class Full(Exception):
    """The presence of this topic would exceed LARGEST."""


@dataclass
class Diff:
    """Changes since the last diff was sent. Clients apply joins before leaves, so refs never repeat."""

    joins: dict[str, list[Meta]] = field(default_factory=dict)
    leaves: dict[str, list[Meta]] = field(default_factory=dict)
    size: int = 0
    """Approximate bytes."""

    def payload(self) -> dict[str, Any]:
        return {"joins": grouped(self.joins), "leaves": grouped(self.leaves)}


def grouped(metas: dict[str, list[Meta]]) -> dict[str, Any]:
    return {key: {"metas": group} for key, group in metas.items()}


class Entry(NamedTuple):
    key: str
    meta: Meta
    size: int


class Ledger(Protocol):
    """The entries and bytes of members on all topics together."""

    def hold(self, member: Hashable, size: int) -> None:
        """Count an entry. Raises FullError."""

    def release(self, member: Hashable, size: int) -> None: ...


class Unbounded:
    def hold(self, member: Hashable, size: int) -> None: ...

    def release(self, member: Hashable, size: int) -> None: ...


class Presences:
    def __init__(self, ledger: Ledger | None = None) -> None:
        self.ledger = ledger or Unbounded()
        self.present: dict[Hashable, Entry] = {}
        self.size = 0
        self.diff = Diff()
        self.encoded: Encoded | None = None
        """The state for those who join, None after a change: each of many would encode it again."""

    def track(self, member: Hashable, key: str, payload: Meta) -> bool:
        """Add or replace the member's entry. False if it is unchanged. Raises Full and FullError."""
        before = self.present.get(member)
        if before and _without_refs(before.meta) == _without_refs(payload):
            return False
        size = len(as_json(key)) + len(as_json(payload)) + REFS
        if self.size - (before.size if before else 0) + size > LARGEST:
            raise Full
        if before:
            self.ledger.release(member, before.size)
        try:
            self.ledger.hold(member, size)
        except FullError:
            if before:
                self.ledger.hold(member, before.size)
            raise
        meta = {**payload, "phx_ref": secrets.token_urlsafe(9)}
        if before:
            meta["phx_ref_prev"] = before.meta["phx_ref"]
            self._remove(member, before)
        self.present[member] = Entry(key, meta, size)
        self.encoded = None
        self.size += size
        self.diff.joins.setdefault(key, []).append(meta)
        self.diff.size += size
        return True

    def untrack(self, member: Hashable) -> bool:
        """Remove the member's entry. False if there is none."""
        entry = self.present.get(member)
        if entry is None:
            return False
        self.ledger.release(member, entry.size)
        self._remove(member, entry)
        return True

    def _remove(self, member: Hashable, entry: Entry) -> None:
        del self.present[member]
        self.encoded = None
        self.size -= entry.size
        self.diff.leaves.setdefault(entry.key, []).append(entry.meta)
        self.diff.size += entry.size

    def state(self) -> dict[str, Any]:
        metas: dict[str, list[Meta]] = {}
        for entry in self.present.values():
            metas.setdefault(entry.key, []).append(entry.meta)
        return grouped(metas)

    def encoded_state(self) -> Encoded:
        if self.encoded is None:
            self.encoded = Encoded(as_json(self.state()))
        return self.encoded

    def take_diff(self) -> Diff:
        taken, self.diff = self.diff, Diff()
        return taken


def _without_refs(meta: Meta) -> Meta:
    return {name: value for name, value in meta.items() if name not in ("phx_ref", "phx_ref_prev")}
