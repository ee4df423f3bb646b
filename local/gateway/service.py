"""Caddy's command and configuration: the template `Caddyfile` with the services' present addresses."""

import shutil
import sys
from collections.abc import Collection, Mapping
from pathlib import Path
from string import Template

from local import paths, request_ids, sockets
from local.gateway import bodies, routes
from local.gateway.routes import PATHS, handled, indented, quoted
from local.keys import Keys
from local.origins import READABLE
from local.settings import Settings

HERE = Path(__file__).parent
PARTS_TO_COME = ("graphql",)
PROXIED = "\trequest_header -Cf-Ipcountry\n\trequest_header -Cf-Connecting-Ip\n"
"""Clients' own headers with country and address are dropped; those of a proxy are trusted."""
NO_KEY = {
    "message": "No API key found in request",
    "hint": "No `apikey` request header or url param was found.",
}
UNKNOWN_KEY = {
    "message": "Invalid API key",
    "hint": "Double check your Supabase `anon` or `service_role` API key.",
}
SECRET_IN_BROWSER = {
    "message": "Forbidden use of secret API key in browser",
    "hint": "Secret API keys can only be used in a protected environment and should never be used in a "
    "browser. Delete this secret API key immediately!",
}
NO_ROUTE = {"message": "no Route matched with those values"}
MALFORMED = (
    "^(header line too long|http chunk length too large|invalid byte in chunk length"
    "|malformed chunked encoding|chunked encoding contains too much non-data|malformed MIME header)"
)
"""Errors of Go's reader of chunked bodies. Those of a service's response begin with `net/http:`."""
MALFORMED_BODY = {"message": "The request's body is not in valid chunks"}
UNAVAILABLE = {"message": "The service behind this address does not answer. Try again in a moment."}


def command(settings: Settings, addresses: Mapping[str, str], external: Collection[str] = ()) -> list[str]:
    """Write the Caddyfile and return the command that serves it.

    `addresses` by service; the services in `external` are real servers, without our path prefixes.
    """
    settings.run.mkdir(parents=True, exist_ok=True)
    path = settings.run / "Caddyfile"
    where = {name: sockets.upstream(address) for name, address in addresses.items()}
    path.write_text(_caddyfile(settings, where, external))
    caddy = Path(sys.executable).with_name("caddy")
    program = str(caddy) if caddy.exists() else shutil.which("caddy") or "caddy"
    each = 0 if settings.behind_proxy else settings.connections_each
    bounds = map(str, (settings.port, _socket(settings), each, settings.connections))
    door = [sys.executable, "-m", "local.gateway.door", *bounds]
    return [*door, program, "run", "--config", str(path), "--adapter", "caddyfile"]


def environment(settings: Settings, keys: Keys) -> dict[str, str]:
    """Caddy's environment; it has the keys, so that they are in no file."""
    home = str(settings.run / "caddy")
    return {
        "XDG_DATA_HOME": home,
        "XDG_CONFIG_HOME": home,
        "ANON_KEY": keys.anon_key,
        "SERVICE_ROLE_KEY": keys.service_role_key,
        "PUBLISHABLE_KEY": keys.publishable_key,
        "SECRET_KEY": keys.secret_key,
    }


def _socket(settings: Settings) -> Path:
    """The socket on which Caddy receives connections from the door."""
    return sockets.folder(settings) / "gateway.sock"


def _caddyfile(settings: Settings, addresses: Mapping[str, str], external: Collection[str]) -> str:
    auth = routes.auth(addresses, external)
    key_as_token = "import key_as_token\n"
    key_in_address = key_as_token + "import key_out_of_address\n"
    parts = [
        handled(PATHS["rest"], key_in_address + routes.rest(addresses, external)),
        handled(PATHS["auth"], auth),
        handled(PATHS["storage"], key_as_token + routes.storage(addresses, external)),
        handled(PATHS["realtime"], routes.realtime(addresses, external)),
        *(
            handled(PATHS[part], routes.counted_routes(part, addresses))
            for part, server in routes.COUNTED_PATHS.items()
            if server in addresses
        ),
    ]
    values = {
        "socket": _socket(settings),
        "unplain": paths.UNPLAIN,
        "text": paths.TEXT,
        "slashes": paths.SLASHES,
        "named": f"^{paths.NAMED}",
        "services": f"^{paths.SERVICES}",
        "of_storage": f"^{paths.STORAGE}",
        "path_refused": quoted(paths.REFUSED),
        "key_refused": quoted(paths.KEY_REFUSED),
        "header_size": bodies.HEADERS,
        "body_idle": bodies.IDLE,
        "readable": ", ".join(READABLE),
        "request_id": request_ids.PATTERN,
        "proxied": "" if settings.behind_proxy else PROXIED,
        "landing_page": "" if settings.behind_proxy else indented(routes.landing_page(addresses), 2),
        "open": indented(handled("@open", auth), 2),
        "parts": indented("\n".join(parts), 2),
        "to_come": " ".join(f"/{name}/*" for name in PARTS_TO_COME),
        "malformed": MALFORMED,
        "malformed_body": quoted(MALFORMED_BODY),
        "too_large": indented(routes.refusals_of_large(), 3),
        "secret_in_browser": quoted(SECRET_IN_BROWSER),
        "no_key": quoted(NO_KEY),
        "unknown_key": quoted(UNKNOWN_KEY),
        "no_route": quoted(NO_ROUTE),
        "unavailable": quoted(UNAVAILABLE),
    }
    return Template((HERE / "Caddyfile").read_text()).substitute(values)
