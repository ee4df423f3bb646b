"""The web client: files of one folder, `config.json` with the public key, and index.html for its pages."""

import mimetypes
from pathlib import Path

from starlette.requests import Request
from starlette.responses import FileResponse, JSONResponse, PlainTextResponse, Response
from starlette.staticfiles import NotModifiedResponse, StaticFiles

from local.landing_page.settings import Settings

POLICY = (
    "default-src 'none'; script-src 'self'; style-src 'self'; font-src 'self'; img-src 'self' data: https:; "
    "connect-src 'self'; manifest-src 'self'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'"
)
LONGEST_PATH = 200
"""Bytes; file systems refuse names of more than 255."""
INDEX = "index.html"
CONFIGURATION = "config.json"
CACHED = {"vendor": "public, max-age=3600"}
"""Folders whose files are kept by browsers; every other file is compared with the server's at each load."""

mimetypes.add_type("font/woff2", ".woff2")
mimetypes.add_type("text/javascript", ".js")


def response(request: Request, settings: Settings, folder: Path, path: str) -> Response:
    """The file at the path; index.html where a browser opens a page; otherwise 404."""
    if path == CONFIGURATION:
        return configuration(request, settings)
    file = file_of(folder, path)
    if file is None and "text/html" in request.headers.get("accept", ""):
        file = folder / INDEX
    if file is None:
        return PlainTextResponse("There is no such file\n", 404)
    return with_policy(request, file, CACHED.get(path.partition("/")[0], "no-cache"))


def index(request: Request, folder: Path) -> Response:
    return with_policy(request, folder / INDEX, "no-cache")


def configuration(request: Request, settings: Settings) -> Response:
    """The address under which the browser reached this page, and the public key."""
    address = f"http://{request.headers['host']}"
    body = {"supabaseUrl": address, "supabaseKey": settings.publishable_key}
    return JSONResponse(body, headers={"Cache-Control": "no-store"})


def file_of(folder: Path, path: str) -> Path | None:
    """The file, inside the folder also after its links are followed; hidden files are not served."""
    if len(path.encode()) > LONGEST_PATH:
        return None
    file = (folder / path).resolve()
    inside = file.is_relative_to(folder.resolve())
    hidden = any(name.startswith(".") for name in Path(path).parts)
    return file if path and inside and not hidden and file.is_file() else None


def with_policy(request: Request, file: Path, cache: str) -> Response:
    """The file, or 304 if the browser has it: its headers replace those that the browser kept."""
    answer: Response = FileResponse(file, stat_result=file.stat())
    answer.headers["Cache-Control"] = cache
    if StaticFiles(check_dir=False).is_not_modified(answer.headers, request.headers):
        answer = NotModifiedResponse(answer.headers)
    answer.headers["Content-Security-Policy"] = POLICY
    return answer
