"""CORS: the preflight requests that browsers send for an app's client, and the readable response headers."""

from local.tests.clients.storage.conftest import PRIVATE
from tests.clients.scenarios.language import Contains, Scenario, Step, scenario, web

ORIGIN = "http://localhost:5173"
SENT = {
    "/auth/v1/token?grant_type=password": (
        "POST",
        "apikey,authorization,content-type,x-supabase-api-version",
    ),
    "/rest/v1/ratings": ("PATCH", "apikey,authorization,content-profile,content-type,prefer,x-profile-id"),
    f"/storage/v1/object/{PRIVATE}/a%20b": ("POST", "apikey,authorization,cache-control,x-metadata,x-upsert"),
    "/storage/v1/upload/resumable/x": ("PATCH", "authorization,content-type,tus-resumable,upload-offset"),
}
ALLOWED = {"access-control-allow-origin": "*"}


def preflight(path: str) -> Step:
    method, headers = SENT[path]
    request = {"access-control-request-method": method, "access-control-request-headers": headers}
    allowed = {
        "access-control-allow-methods": Contains(method),
        "access-control-allow-headers": Contains(headers),
    }
    return web.fetch("{{url}}" + path, {"method": "OPTIONS", "headers": {"origin": ORIGIN, **request}}).gives(
        {"status": 200, "headers": ALLOWED | allowed}
    )


def readable(path: str, header: str) -> Step:
    """The header is readable, also if the request is refused."""
    expected = ALLOWED | {"access-control-expose-headers": Contains(header)}
    return web.fetch("{{url}}" + path, {"headers": {"origin": ORIGIN, "apikey": "{{anon_key}}"}}).gives(
        {"headers": expected}
    )


SCENARIOS: tuple[Scenario, ...] = (
    scenario("a preflight response allows the methods and headers of clients", *map(preflight, SENT)),
    scenario(
        "response headers that clients need are exposed to browsers",
        readable("/rest/v1/genres", "content-range"),
        readable("/rest/v1/nowhere", "content-range"),
        readable("/storage/v1/object/public/x/y", "Upload-Offset"),
        readable("/auth/v1/user", "X-Total-Count"),
    ),
)
