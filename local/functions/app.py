"""Functions: supabase/functions/NAME/index.ts serves /functions/v1/NAME."""

import logging
import re
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import cast

import httpx
from starlette.requests import ClientDisconnect, Request
from starlette.responses import Response, StreamingResponse
from starlette.routing import Route, Router
from starlette.types import Receive, Scope, Send

from local.error_log import report
from local.functions.callers import Pool, check_session, claims_of, pool
from local.functions.errors import (
    FunctionError,
    UnreachedError,
    crashed,
    not_found,
    respond,
    too_many_calls,
    too_many_options,
    too_slow,
)
from local.functions.settings import Settings
from local.functions.worker import Worker, Workers
from local.rates import Rates
from local.shares import FullError, Shares, holder

NAME = re.compile(r"[A-Za-z][A-Za-z0-9_-]{0,62}")
METHODS = ["GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS"]
CALLS = 50, 200
"""Concurrent calls: of one address, and in all."""
OPTIONS = 5
"""OPTIONS calls of an address per second, ten seconds' worth at once: they need no token, and the gateway
does not count them. A preflight above it is answered here, without the function."""
OF_THE_CONNECTION = {
    *("connection", "keep-alive", "proxy-connection", "te", "trailer", "transfer-encoding", "upgrade"),
    *("host", "date", "server"),
}
HERE = Path(__file__).parent

log = logging.getLogger(__name__)


@dataclass(frozen=True)
class Functions:
    settings: Settings
    workers: Workers
    sessions: Pool
    calls: Shares = field(default_factory=lambda: Shares(*CALLS))
    options: Rates = field(default_factory=lambda: Rates(OPTIONS))


@asynccontextmanager
async def open_functions(settings: Settings) -> AsyncIterator[Functions]:
    workers = Workers(settings)
    async with pool(settings.database_url) as sessions:
        try:
            yield Functions(settings, workers, sessions)
        finally:
            await workers.close()


async def call(request: Request) -> Response:
    functions = cast(Functions, request.state.functions)
    try:
        name = request.path_params.get("name", "")
        if not NAME.fullmatch(name):
            raise not_found()
        if request.method == "OPTIONS":
            if not functions.options.of(holder.get()).take():
                raise too_many_options()
        elif name not in functions.settings.unverified:
            claims = claims_of(request.headers, functions.settings.jwt_secret)
            await check_session(functions.sessions, functions.settings.session_check, claims)
        return await forward(functions, name, request)
    except FunctionError as error:
        return respond(error, request)
    except ClientDisconnect:
        return Response(status_code=499)


async def forward(functions: Functions, name: str, request: Request) -> Response:
    """Stream the function's response. Raises FunctionError.

    If the process turns out to have ended, another one is started and called.
    """
    worker = await functions.workers.of(name)
    try:
        answer = await send_to(worker, request)
    except UnreachedError:
        worker.is_lost = True
        worker = await functions.workers.of(name)
        answer = await send_to(worker, request)
    kept = [(k, v) for k, v in answer.headers.raw if k.decode("latin-1").lower() not in OF_THE_CONNECTION]
    response = StreamingResponse(body(worker, answer), answer.status_code)
    response.raw_headers = [(name.lower(), value) for name, value in kept]
    return response


async def send_to(worker: Worker, request: Request) -> httpx.Response:
    """Call the process; returns its response before the body is read. Raises FunctionError."""
    path = request.scope["raw_path"].removeprefix(b"/functions/v1")
    query = request.scope["query_string"]
    url = httpx.URL("http://localhost", raw_path=path + (b"?" + query if query else b""))
    passed_on = worker.client.build_request(
        request.method, url, headers=headers_for(request), content=request.stream()
    )
    worker.calls += 1
    try:
        return await send(worker.client, passed_on, request)
    except BaseException:
        worker.calls -= 1
        raise


async def send(client: httpx.AsyncClient, passed_on: httpx.Request, request: Request) -> httpx.Response:
    try:
        return await client.send(passed_on, stream=True)
    except httpx.ReadTimeout as error:
        raise too_slow() from error
    # anyio reads the peer of the socket, which is gone if Deno ends while the connection is opened.
    except (httpx.ConnectError, AttributeError) as error:
        report(log, HERE, request, error)
        raise UnreachedError from error
    except httpx.TransportError as error:
        report(log, HERE, request, error)
        raise crashed() from error


async def body(worker: Worker, answer: httpx.Response) -> AsyncIterator[bytes]:
    try:
        async for piece in answer.aiter_raw():
            yield piece
    finally:
        worker.calls -= 1
        await answer.aclose()


def headers_for(request: Request) -> list[tuple[bytes, bytes]]:
    """The caller's headers, with the requested host and the request id."""
    kept = [
        (name, value)
        for name, value in request.headers.raw
        if name.decode("latin-1") not in OF_THE_CONNECTION and name != b"x-request-id"
    ]
    host = request.headers.get("host", "")
    return [*kept, (b"x-forwarded-host", host.encode()), (b"x-request-id", request.state.request_id.encode())]


routes = Router([Route(path, call, methods=METHODS) for path in ("/", "/{name}", "/{name}/{rest:path}")])


async def router(scope: Scope, receive: Receive, send: Send) -> None:
    """Count the call until its whole response is sent."""
    calls = cast(Functions, scope["state"]["functions"]).calls
    try:
        calls.take(who := holder.get())
    except FullError:
        return await respond(too_many_calls(), Request(scope))(scope, receive, send)
    try:
        await routes(scope, receive, send)
    finally:
        calls.give(who)
