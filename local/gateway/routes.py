"""The routes of the gateway, one service each, as blocks of a Caddyfile."""

import json
from collections.abc import Collection, Mapping
from typing import Any
from urllib.parse import urlsplit

from local.gateway.bodies import LIMITS

COUNTED_PATHS = {"search": "search", "functions": "platform"}
"""Services whose requests the gateway counts, and the process that serves each."""
PATHS = {
    "rest": "/rest/v1/*",
    "auth": "/auth/v1/*",
    "storage": "/storage/v1/*",
    "realtime": "/realtime/v1/*",
    "functions": "/functions/v1/*",
    "search": "/search/*",
}
OF_SERVICES = ("rest", "auth", "storage", "realtime", "functions", "graphql")
"""First labels of paths that are never pages."""
CLIENT_FILES = ("js", "css", "json", "svg", "woff2", "txt", "webmanifest", "html")
"""Extensions of the files of a web client."""
TENANT = "realtime-dev"
"""The default tenant of a realtime server, which it recognises by the first label of the host name."""
CLOSED = {"message": "Access is forbidden."}

COUNTED = "@read {which}\nimport counted {counter} {question}\n"
REAL_SERVER = """import cross_origin
uri path_regexp ^{prefix}/ {base}/
{before}reverse_proxy {address} {{
	header_up X-Forwarded-Prefix {prefix}
{host}}}"""
"""Real servers have their paths at the root, and leave CORS headers to the gateway.

Not `strip_prefix`: it would also merge slashes and resolve dots, which a file's name may hold.
"""
CLOSED_REALTIME = """@closed path /realtime/v1/api/tenants* /realtime/v1/api/openapi*
handle @closed {{
	import refusal {closed} 403
}}
@socket not path /realtime/v1/api/*
uri @socket path_regexp ^/realtime/v1/ /realtime/v1/socket/
"""


def auth(addresses: Mapping[str, str], external: Collection[str]) -> str:
    return _bounded("auth") + _platform("auth", addresses, external)


def storage(addresses: Mapping[str, str], external: Collection[str]) -> str:
    return _platform("storage", addresses, external)


def rest(addresses: Mapping[str, str], external: Collection[str]) -> str:
    """A real PostgREST does not count reads: its requests are counted before."""
    if "rest" not in external:
        return f"{_bounded('rest')}uri strip_prefix /rest/v1\nreverse_proxy {addresses['rest']}"
    counting = {
        "which": "method GET HEAD POST",
        "counter": addresses["rest_admin"],
        "question": "/admit/rest",
    }
    server = _server("/rest/v1", addresses["rest"], before=COUNTED.format(**counting))
    return _bounded("rest") + server


def realtime(addresses: Mapping[str, str], external: Collection[str]) -> str:
    """The WebSocket sends its key in the URL; an opaque key is exchanged for a token there too."""
    opened = '@opaque_socket not vars {key_token} ""\nrequest_header @opaque_socket X-Api-Key {key_token}\n'
    before = opened + _bounded("realtime")
    if "realtime" not in external:
        return before + _platform("realtime", addresses, external)
    host = f"{TENANT}.{urlsplit(addresses['realtime']).hostname}"
    server = _server("/realtime/v1", addresses["realtime"], host=host)
    return before + CLOSED_REALTIME.format(closed=quoted(CLOSED)) + server


def counted_routes(service: str, addresses: Mapping[str, str]) -> str:
    """Functions set their own CORS headers, and check the token themselves."""
    counting = {"which": "not method OPTIONS", "counter": addresses["rest_admin"], "question": "/admit"}
    before = "" if service == "functions" else "import cross_origin\nimport key_as_token\n"
    proxy = f"reverse_proxy {addresses[COUNTED_PATHS[service]]}"
    return f"{_bounded(service)}{before}{COUNTED.format(**counting)}{proxy}"


def landing_page(addresses: Mapping[str, str]) -> str:
    """The status page, the documents, and the web client: its files, and its pages as a browser opens them.

    Clients of the API request neither files nor HTML, so that an unknown path stays an error to them.
    """
    services = " ".join(("/search/*", *(f"/{name}/*" for name in OF_SERVICES)))
    others = f"\tnot path {services}\n"
    matchers = (
        "@page path / /status /docs /docs/*\n",
        # OPTIONS too: the answer of the page allows no other origin.
        f"@file {{\n\tmethod GET HEAD OPTIONS\n{others}"
        f"\tpath {' '.join(f'*.{kind}' for kind in CLIENT_FILES)}\n}}\n",
        f"@opened {{\n\tmethod GET HEAD\n{others}\theader Accept *text/html*\n}}\n",
    )
    proxy = f"{{\n\treverse_proxy {addresses['platform']}\n}}\n"
    names = ("@page", "@file", "@opened")
    return "".join(f"{matcher}handle {name} {proxy}" for matcher, name in zip(matchers, names, strict=True))


def refusals_of_large() -> str:
    """The responses to requests above the limit, for each path."""
    return "\n".join(
        f"handle {PATHS[service]} {{\n"
        + (f"\theader {limit.header}\n" if limit.header else "")
        + f"\timport refusal {quoted(limit.refusal)} 413\n}}"
        for service, limit in LIMITS.items()
    )


def handled(matcher: str, body: str) -> str:
    """A block in the written order: outside of `route` Caddy sorts directives."""
    return f"handle {matcher} {{\n\troute {{\n{indented(body, 2)}\n\t}}\n}}"


def quoted(answer: Mapping[str, Any]) -> str:
    """JSON as a token of a Caddyfile, its braces escaped; other braces are placeholders."""
    text = json.dumps(answer, separators=(",", ":"))
    text = "\\{" + text[1:-1] + "\\}"
    return '"' + text.replace('"', '\\"') + '"'


def indented(text: str, depth: int) -> str:
    return "\n".join("\t" * depth + line if line else line for line in text.splitlines())


def _platform(service: str, addresses: Mapping[str, str], external: Collection[str]) -> str:
    if service in external:
        return _server(f"/{service}/v1", addresses[service])
    return f"import readable\nreverse_proxy {addresses['platform']}"


def _server(prefix: str, address: str, *, before: str = "", host: str = "") -> str:
    """A real server, whose own paths begin after `prefix`."""
    url = urlsplit(address)
    named = f"\theader_up Host {host}\n" if host else ""
    to = f"{url.scheme}://{url.netloc}"
    return REAL_SERVER.format(prefix=prefix, base=url.path, before=before, address=to, host=named)


def _bounded(service: str) -> str:
    return f"import bounded {LIMITS[service].size}\n"
