"""The status page, the documents that it links, and the web client. They need no key: they contain no secret.

Other origins cannot read or frame them, nor reach them under another host name.
"""

from collections.abc import Awaitable, Callable
from pathlib import Path
from typing import cast

from starlette.requests import Request
from starlette.responses import HTMLResponse, PlainTextResponse, Response
from starlette.routing import Route

from local import state
from local.landing_page import client, page
from local.landing_page.settings import Settings
from local.landing_page.tables import Counts

POLICY = (
    f"default-src 'none'; style-src '{page.STYLE}'; img-src data:; "
    "base-uri 'none'; form-action 'none'; frame-ancestors 'none'"
)
HEADERS = {
    "Content-Security-Policy": POLICY,
    "X-Frame-Options": "DENY",
    "X-Content-Type-Options": "nosniff",
    "Cross-Origin-Resource-Policy": "same-origin",
    "Cross-Origin-Opener-Policy": "same-origin",
    "Referrer-Policy": "no-referrer",
    "Cache-Control": "no-store",
}
COUNTS = Counts()
Endpoint = Callable[[Request], Awaitable[Response]]


def for_this_machine(endpoint: Endpoint) -> Endpoint:
    """Refuse other host names: by DNS rebinding the page would belong to an attacker's origin."""

    async def answer(request: Request) -> Response:
        hosts = _settings(request).hosts
        if request.headers.get("host") not in hosts:
            response: Response = PlainTextResponse(f"This page is at http://{hosts[0]}\n", 421)
        else:
            response = await endpoint(request)
        for name, value in HEADERS.items():
            response.headers.setdefault(name, value)
        return response

    return answer


async def home(request: Request) -> Response:
    """The web client; the status page if the project has none."""
    folder = _settings(request).client
    return client.index(request, folder) if folder else await overview(request)


async def overview(request: Request) -> Response:
    settings = _settings(request)
    current = state.load(settings.state)
    tables = await COUNTS.get(settings.database_url, settings.schemas)
    titles = {name: title(path) for name, path in documents(settings).items()}
    return HTMLResponse(page.render_page(settings, current.parts if current else {}, tables, titles))


async def document(request: Request) -> Response:
    """The text of NAME.md; for NAME without extension the page of the web client that renders it."""
    settings, name = _settings(request), request.path_params["name"]
    known = documents(settings)
    if settings.client and f"{name}.md" in known:
        return client.index(request, settings.client)
    path = known.get(name)
    if path is None:
        return PlainTextResponse("There is no such document\n", 404)
    return PlainTextResponse(path.read_text())


async def file(request: Request) -> Response:
    """A file or a page of the web client."""
    settings = _settings(request)
    if settings.client is None:
        return PlainTextResponse("There is no such page\n", 404)
    return client.response(request, settings, settings.client, request.path_params["path"])


def documents(settings: Settings) -> dict[str, Path]:
    """The documents: path by name."""
    return {path.name: path for path in sorted(settings.documents.glob("*.md"))} if settings.documents else {}


def title(path: Path) -> str:
    """The first heading of a document; its name if it has none."""
    with path.open() as lines:
        return next((line.removeprefix("# ").strip() for line in lines if line.startswith("# ")), path.name)


def _settings(request: Request) -> Settings:
    return cast(Settings, request.state.landing_page)


routes = [
    Route("/", for_this_machine(home)),
    Route("/status", for_this_machine(overview)),
    Route("/docs/{name}", for_this_machine(document)),
    Route("/{path:path}", for_this_machine(file)),
]
