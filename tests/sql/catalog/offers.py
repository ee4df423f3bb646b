"""Offers of items and the country of a request."""

import json
from uuid import UUID

import psycopg


def set_country(db: psycopg.Connection, country: str | None) -> None:
    """Set the country header of the gateway for the following queries."""
    headers = {"cf-ipcountry": country} if country else {}
    db.execute("select set_config('request.headers', %s, true)", [json.dumps(headers)])


def offer(db: psycopg.Connection, offered: UUID, **fields: object) -> None:
    columns = ["item_id", *fields]
    marks = ", ".join(["%s"] * len(columns))
    db.execute(
        f"insert into item_availability ({', '.join(columns)}) values ({marks})", [offered, *fields.values()]
    )
