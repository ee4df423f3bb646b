"""Who is present on a topic: members under keys of their choice, with what each tells of itself.

State and diffs have the shape of Phoenix.Presence: {key: {"metas": [{"phx_ref": …, …}]}}.
"""

import secrets
from collections.abc import Hashable
from dataclasses import dataclass, field
from typing import Any

Meta = dict[str, Any]


@dataclass
class Diff:
    """What changed since the last one was told. Clients take joins before leaves, so refs never repeat."""

    joins: dict[str, list[Meta]] = field(default_factory=dict)
    leaves: dict[str, list[Meta]] = field(default_factory=dict)

    def payload(self) -> dict[str, Any]:
        return {"joins": grouped(self.joins), "leaves": grouped(self.leaves)}


def grouped(metas: dict[str, list[Meta]]) -> dict[str, Any]:
    return {key: {"metas": found} for key, found in metas.items()}


class Presences:
    def __init__(self) -> None:
        self.present: dict[Hashable, tuple[str, Meta]] = {}
        self.diff = Diff()

    def track(self, member: Hashable, key: str, told: Meta) -> bool:
        """False when the member told the same before."""
        _, before = self.present.get(member, (key, None))
        if before is not None and _without_refs(before) == _without_refs(told):
            return False
        meta = {**told, "phx_ref": secrets.token_urlsafe(9)}
        if before is not None:
            meta["phx_ref_prev"] = before["phx_ref"]
            self.untrack(member)
        self.present[member] = key, meta
        self.diff.joins.setdefault(key, []).append(meta)
        return True

    def untrack(self, member: Hashable) -> bool:
        """False when the member was not there."""
        found = self.present.pop(member, None)
        if found is None:
            return False
        key, meta = found
        self.diff.leaves.setdefault(key, []).append(meta)
        return True

    def state(self) -> dict[str, Any]:
        metas: dict[str, list[Meta]] = {}
        for key, meta in self.present.values():
            metas.setdefault(key, []).append(meta)
        return grouped(metas)

    def take_diff(self) -> Diff:
        taken, self.diff = self.diff, Diff()
        return taken


def _without_refs(meta: Meta) -> Meta:
    return {name: value for name, value in meta.items() if name not in ("phx_ref", "phx_ref_prev")}
