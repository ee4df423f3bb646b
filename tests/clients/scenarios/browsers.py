"""What a browser asks before it lets an app's client call, and what it lets the app read then."""

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


def asked(path: str) -> Step:
    method, headers = SENT[path]
    asked = {"access-control-request-method": method, "access-control-request-headers": headers}
    allowed = {
        "access-control-allow-methods": Contains(method),
        "access-control-allow-headers": Contains(headers),
    }
    return web.fetch("{{url}}" + path, {"method": "OPTIONS", "headers": {"origin": ORIGIN, **asked}}).gives(
        {"status": 200, "headers": ALLOWED | allowed}
    )


def readable(path: str, header: str) -> Step:
    """Also where the request is refused."""
    told = ALLOWED | {"access-control-expose-headers": Contains(header)}
    return web.fetch("{{url}}" + path, {"headers": {"origin": ORIGIN, "apikey": "{{anon_key}}"}}).gives(
        {"headers": told}
    )


SCENARIOS: tuple[Scenario, ...] = (
    scenario("a browser is told that an app may send what its client sends", *map(asked, SENT)),
    scenario(
        "a browser lets an app read what its client reads",
        readable("/rest/v1/genres", "content-range"),
        readable("/rest/v1/nowhere", "content-range"),
        readable("/storage/v1/object/public/x/y", "Upload-Offset"),
        readable("/auth/v1/user", "X-Total-Count"),
    ),
)
