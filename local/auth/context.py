"""What each request of Auth uses: settings, the connection pool, the client."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from ipaddress import ip_address
from typing import cast

from starlette.requests import Request

from local.auth import database
from local.auth.settings import Settings

AUDIENCE = "authenticated"


@dataclass(frozen=True)
class Auth:
    settings: Settings
    pool: database.Pool


@dataclass(frozen=True)
class Client:
    ip: str | None
    user_agent: str | None


@asynccontextmanager
async def open_auth(settings: Settings) -> AsyncIterator[Auth]:
    pool = database.pool(settings.database_url)
    await pool.open(wait=True, timeout=10)
    try:
        yield Auth(settings, pool)
    finally:
        await pool.close()


def auth_of(request: Request) -> Auth:
    return cast(Auth, request.state.auth)


def client_of(request: Request) -> Client:
    forwarded = request.headers.get("x-forwarded-for", "").split(",")
    candidates = [*forwarded, request.client.host if request.client else ""]
    ip = next((text.strip() for text in candidates if _is_address(text.strip())), None)
    return Client(ip, request.headers.get("user-agent"))


def audience_of(request: Request) -> str:
    return request.headers.get("x-jwt-aud") or AUDIENCE


def _is_address(text: str) -> bool:
    try:
        ip_address(text)
    except ValueError:
        return False
    return "%" not in text
