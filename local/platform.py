"""The platform's servers as one ASGI application: Auth, Storage, Realtime and Functions, each at /NAME/v1,
and the pages: the web client, the status page, the documents.

uvicorn local.platform:app --host 127.0.0.1 --port 9999 --ws local.realtime.protocol:Protocol

PLATFORM_PARTS lists which of Auth, Storage and Realtime it serves: those without an external server that
supabase/config.toml does not disable.
"""

import logging
import os
import re
import time
import uuid
from collections.abc import AsyncIterator
from contextlib import AsyncExitStack, asynccontextmanager
from typing import TypedDict

from starlette.applications import Starlette
from starlette.datastructures import Headers, MutableHeaders
from starlette.middleware import Middleware
from starlette.middleware.cors import CORSMiddleware
from starlette.requests import Request
from starlette.responses import JSONResponse, PlainTextResponse
from starlette.routing import Mount, Route
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from local import logs, request_ids
from local.auth import app as auth_app
from local.auth import context as auth_context
from local.auth import settings as auth_settings
from local.bounds import Bounds
from local.functions import app as functions_app
from local.functions import settings as functions_settings
from local.landing_page import app as landing_page_app
from local.landing_page import settings as landing_page_settings
from local.origins import READABLE
from local.realtime import app as realtime_app
from local.realtime import context as realtime_context
from local.realtime import settings as realtime_settings
from local.storage import app as storage_app
from local.storage import context as storage_context
from local.storage import settings as storage_settings

LONGEST_LOGGED = 500
"""Characters of a path."""
REQUEST_ID = re.compile(request_ids.PATTERN)

log = logging.getLogger(__name__)


class State(TypedDict, total=False):
    auth: auth_context.Auth
    storage: storage_context.Storage
    realtime: realtime_context.Realtime
    functions: functions_app.Functions
    landing_page: landing_page_settings.Settings


@asynccontextmanager
async def lifespan(_app: Starlette) -> AsyncIterator[State]:
    async with AsyncExitStack() as stack:
        functions = functions_app.open_functions(functions_settings.read(os.environ))
        state = State(
            functions=await stack.enter_async_context(functions),
            landing_page=landing_page_settings.read(os.environ),
        )
        if "auth" in served:
            auth = auth_context.open_auth(auth_settings.read(os.environ))
            state["auth"] = await stack.enter_async_context(auth)
        if "storage" in served:
            storage = storage_context.open_storage(storage_settings.read(os.environ))
            state["storage"] = await stack.enter_async_context(storage)
        if "realtime" in served:
            realtime = realtime_context.open_realtime(realtime_settings.read(os.environ))
            state["realtime"] = await stack.enter_async_context(realtime)
        yield state


def logged(app: ASGIApp) -> ASGIApp:
    """Each request gets an id, the caller's if it sent one, and a log line without query, headers or body."""

    async def run(scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http":
            return await app(scope, receive, send)
        sent_id = Headers(scope=scope).get("x-request-id", "")
        request_id = sent_id if REQUEST_ID.fullmatch(sent_id) else str(uuid.uuid4())
        scope.setdefault("state", {})["request_id"] = request_id
        status, start = 500, time.perf_counter()

        async def send_with_id(message: Message) -> None:
            nonlocal status
            if message["type"] == "http.response.start":
                status = message["status"]
                MutableHeaders(scope=message)["x-request-id"] = request_id
            await send(message)

        try:
            await app(scope, receive, send_with_id)
        finally:
            fields = {
                "request_id": request_id,
                "method": scope["method"],
                "path": scope["path"][:LONGEST_LOGGED],
                "status": status,
                "ms": round((time.perf_counter() - start) * 1000, 1),
            }
            log.info("request", extra={"fields": fields})

    return run


def configure_logging() -> None:
    """JSON lines on stderr, for uvicorn too; its access log is off: it would contain tokens of queries."""
    logs.set_up()
    for name in ("uvicorn", "uvicorn.error"):
        logging.getLogger(name).handlers.clear()
        logging.getLogger(name).propagate = True
    logging.getLogger("uvicorn.access").disabled = True


def off(service: str) -> ASGIApp:
    words = f"{service} is off: supabase/config.toml has [{service}] enabled = false"

    async def refuse(scope: Scope, receive: Receive, send: Send) -> None:
        await JSONResponse({"message": words}, 404)(scope, receive, send)

    return refuse


def without_websockets(app: ASGIApp) -> ASGIApp:
    async def run(scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] == "websocket":
            return await JSONResponse({"message": "There is no WebSocket here"}, 404)(scope, receive, send)
        await app(scope, receive, send)

    return run


async def health(_request: Request) -> PlainTextResponse:
    return PlainTextResponse("OK")


ROUTERS: dict[str, ASGIApp] = {
    "auth": without_websockets(auth_app.router),
    "storage": without_websockets(storage_app.router),
    "realtime": realtime_app.router,
}
configure_logging()
served = os.environ.get("PLATFORM_PARTS", "auth,storage,realtime").split(",")
any_origin = Middleware(
    CORSMiddleware, allow_origins=["*"], allow_methods=["*"], allow_headers=["*"], expose_headers=READABLE
)
app = Starlette(
    routes=[
        Route("/health", health),
        *(
            Mount(
                f"/{service}/v1", app=router if service in served else off(service), middleware=[any_origin]
            )
            for service, router in ROUTERS.items()
        ),
        # Functions set their own CORS headers.
        Mount("/functions/v1", app=functions_app.router),
        *landing_page_app.routes,
    ],
    middleware=[Middleware(logged), Middleware(Bounds)],
    lifespan=lifespan,
)
