"""Functions alone, with a folder that a test fills."""

import os
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import asynccontextmanager
from pathlib import Path

import httpx
import pytest
import uvicorn
from starlette.applications import Starlette
from starlette.middleware import Middleware
from starlette.routing import Mount

from local import keys, sockets
from local.functions import app, settings
from local.platform import logged
from local.ports import free_port
from local.postgres import cluster
from local.services import PATH, local_url
from local.temporary_stack import Stack

Write = Callable[..., None]
UNVERIFIED = "open"


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    (tmp_path / "functions").mkdir()
    (tmp_path / "logs").mkdir()
    return tmp_path / "functions"


@pytest.fixture
def write(folder: Path) -> Write:
    """Writes a function; `answer` is the body of its handler."""

    def make(answer: str, name: str = UNVERIFIED, before: str = "") -> None:
        (folder / name).mkdir(exist_ok=True)
        handler = f"{before}\nDeno.serve(async (request) => {{\n{answer}\n}});\n"
        (folder / name / "index.ts").write_text(handler)

    return make


@pytest.fixture
def url(stack: Stack, folder: Path) -> Iterator[str]:
    """Where the functions of the folder are called."""
    headers = {
        **{name: os.environ[name] for name in settings.PASSED_ON if name in os.environ},
        "PATH": PATH,
        "JWT_SECRET": stack.jwt_secret,
        "FUNCTIONS_DATABASE_URL": cluster.url(
            stack.settings, keys.load(stack.settings.directory), "authenticator"
        ),
        "FUNCTIONS_DIR": str(folder),
        "FUNCTIONS_LOGS": str(folder.parent / "logs"),
        "FUNCTIONS_SOCKETS": str(sockets.folder(stack.settings)),
        "FUNCTIONS_UNVERIFIED": UNVERIFIED,
        "SUPABASE_URL": stack.url,
        "SUPABASE_ANON_KEY": stack.anon_key,
    }

    @asynccontextmanager
    async def lifespan(_: Starlette):  # type: ignore[no-untyped-def]
        async with app.open_functions(settings.read(headers)) as functions:
            yield {"functions": functions}

    routes = [Mount("/functions/v1", app=app.router)]
    served = Starlette(routes=routes, middleware=[Middleware(logged)], lifespan=lifespan)
    port = free_port()
    server = uvicorn.Server(uvicorn.Config(served, "127.0.0.1", port, log_level="critical"))
    thread = threading.Thread(target=server.run)
    thread.start()
    while not server.started and thread.is_alive():
        time.sleep(0.02)
    try:
        yield f"{local_url(port)}/functions/v1"
    finally:
        server.should_exit = True
        thread.join()


@pytest.fixture
def call(url: str) -> Callable[..., httpx.Response]:
    def ask(path: str = UNVERIFIED, method: str = "GET", **more: object) -> httpx.Response:
        return httpx.request(method, f"{url}/{path}", timeout=60, **more)  # type: ignore[arg-type]

    return ask
