"""The payload of a change: its columns and values, or an error instead."""

import json
from dataclasses import dataclass
from typing import Any

from local.realtime.pgoutput import Change

LARGEST = 1024 * 1024
"""Bytes of a change; of a larger one only short values are sent."""
SHORT = 64
NO_KEY = "Error 400: Bad Request, no primary key"
MAY_NOT = "Error 401: Unauthorized"
TOO_LARGE = "Error 413: Payload Too Large"
POLICY_FAILED = "Error 500: Internal Server Error, RLS policy evaluation failed"


@dataclass(frozen=True)
class Table:
    """The present definition of a table."""

    columns: list[dict[str, Any]]
    """name, type (as written in SQL), short_type, is_key, readable_by (roles)."""
    secured: bool

    @property
    def key(self) -> list[str]:
        return [column["name"] for column in self.columns if column["is_key"]]

    def readable(self, role: str) -> set[str]:
        return {column["name"] for column in self.columns if role in column["readable_by"]}


@dataclass(frozen=True)
class Facts:
    """A change with its values as JSON."""

    change: Change
    table: Table
    new: dict[str, Any]
    old: dict[str, Any]
    too_large: bool

    def payload(self, role: str, wanted: frozenset[str] | None) -> dict[str, Any]:
        change, names = self.change, self.table.readable(role)
        if wanted is not None:
            names &= wanted | set(self.table.key)
        data = {
            **header(change, [TOO_LARGE] if self.too_large else None),
            "commit_timestamp": f"{change.committed_at:%Y-%m-%dT%H:%M:%S}."
            f"{change.committed_at.microsecond // 1000:03}Z",
            "columns": [
                {"name": column["name"], "type": column["short_type"]}
                for column in self.table.columns
                if column["name"] in names
            ],
        }
        if change.kind != "DELETE":
            data["record"] = self._sendable({**self.old, **self.new}, names)
        if change.kind != "INSERT":
            data["old_record"] = self._sendable(self.old, self.visible(names))
        return data

    def visible(self, names: set[str]) -> set[str]:
        """The columns that may be sent. A deleted row of a secured table: the key, as no policy decides."""
        hidden = self.change.kind == "DELETE" and self.table.secured
        return names & set(self.table.key) if hidden else names

    def _sendable(self, row: dict[str, Any], names: set[str]) -> dict[str, Any]:
        return {
            name: value
            for name, value in row.items()
            if name in names and not (self.too_large and len(json.dumps(value)) > SHORT)
        }


def header(change: Change, errors: list[str] | None) -> dict[str, Any]:
    """The fields that every subscriber receives."""
    relation = change.relation
    return {"schema": relation.schema, "table": relation.table, "type": change.kind, "errors": errors}


def withheld(change: Change, error: str) -> dict[str, Any]:
    data = {**header(change, [error]), "commit_timestamp": None, "columns": []}
    if change.kind != "DELETE":
        data["record"] = {}
    if change.kind != "INSERT":
        data["old_record"] = {}
    return data
