"""Rate limits of Auth and Storage, counted by the database in a transaction of its own."""

from dataclasses import dataclass
from ipaddress import IPv4Address, IPv6Address, ip_address, ip_network
from typing import Any

import psycopg
from psycopg import AsyncConnection, sql
from starlette.requests import HTTPConnection

UNKNOWN = "unknown"


@dataclass(frozen=True)
class Refusal:
    requests: int
    """Requests per window."""
    wait: int
    """Seconds until one more request is admitted."""

    @property
    def headers(self) -> dict[str, str]:
        return {
            "X-RateLimit-Limit": str(self.requests),
            "X-RateLimit-Remaining": "0",
            "X-RateLimit-Reset": str(self.wait),
            "Retry-After": str(self.wait),
        }


async def refusal(
    connection: AsyncConnection[dict[str, Any]], admission: str, role: str, scope: str, caller: str
) -> Refusal | None:
    """Count a request, on a connection outside a transaction. None if it is admitted.

    `admission` is the database function that counts, schema.name; empty for no limit.
    """
    if not admission:
        return None
    count = sql.SQL("select * from {}(%s, %s, %s)").format(sql.Identifier(*admission.split(".")))
    try:
        row = await (await connection.execute(count, [role, scope, caller])).fetchone()
    except (psycopg.errors.UndefinedFunction, psycopg.errors.InvalidSchemaName):
        return None
    if row is None or row["admitted"] is not False:
        return None
    return Refusal(row["requests"], row["wait"])


def network(request: HTTPConnection) -> str:
    """The client's address as the database counts it: from a proxy before the gateway, otherwise its peer.

    Of an IPv6 address the network: a customer has a whole one.
    """
    hops = [request.headers.get(name, "") for name in ("cf-connecting-ip", "x-forwarded-for")]
    last = [text.rpartition(",")[2].strip() for text in hops]
    peer = request.client.host if request.client else ""
    address = next(filter(None, map(_address, [*last, peer])), None)
    if address is None:
        return UNKNOWN
    return str(ip_network(f"{address}/{32 if address.version == 4 else 64}", strict=False))


def _address(text: str) -> IPv4Address | IPv6Address | None:
    try:
        address = ip_address(text)
    except ValueError:
        return None
    if isinstance(address, IPv6Address):
        return address.ipv4_mapped or IPv6Address(int(address))
    return address
