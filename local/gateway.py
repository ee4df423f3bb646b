"""The gateway: Caddy before everything, one address and one key check for all parts."""

import shutil
import sys
from collections.abc import Collection, Mapping
from pathlib import Path
from urllib.parse import urlsplit

from local.settings import Settings

PARTS_TO_COME = ("graphql",)
TEMPLATE = """{{
	admin off
	auto_https off
	persist_config off
	log {{
		output stderr
		format json
		level WARN
	}}
}}

(key_as_token) {{
	@key_alone {{
		header apikey *
		not header Authorization *
	}}
	request_header @key_alone Authorization "Bearer {{header.apikey}}"
}}

(cross_origin) {{
	header {{
		>Access-Control-Allow-Origin *
		>Access-Control-Expose-Headers "{readable}"
		-Access-Control-Allow-Credentials
	}}
	@preflight {{
		method OPTIONS
		header Origin *
		header Access-Control-Request-Method *
	}}
	handle @preflight {{
		header Access-Control-Allow-Methods "GET, HEAD, POST, PUT, PATCH, DELETE, OPTIONS"
		header Access-Control-Allow-Headers {{header.Access-Control-Request-Headers}}
		header Access-Control-Max-Age 86400
		respond 200
	}}
}}

http://127.0.0.1:{port} {{
	bind 127.0.0.1
	request_header -X-Forwarded-For
	request_header -X-Forwarded-Prefix
{proxied}
	@open path /auth/v1/health /auth/v1/.well-known/* /auth/v1/verify /auth/v1/callback /auth/v1/authorize
	handle @open {{
{auth}
	}}

	@keyless {{
		path /rest/* /auth/* /realtime/* /search/* {to_come}
		not header apikey *
		not query apikey=*
		not method OPTIONS
	}}
	handle @keyless {{
		header Content-Type application/json
		respond `{no_key}` 401
	}}

	handle /rest/v1/* {{
		import key_as_token
{rest}
	}}
	handle /auth/v1/* {{
{auth}
	}}
	handle /storage/v1/* {{
		import key_as_token
{storage}
	}}
{realtime}
{product}
	handle {{
		header Content-Type application/json
		respond `{no_route}` 404
	}}

	handle_errors {{
		header Content-Type application/json
		respond `{unavailable}` {{err.status_code}}
	}}
}}
"""
ROUTE = """	handle /{path}/* {{
		route {{
			@read not method OPTIONS
{counted}
			reverse_proxy {address}
		}}
	}}
"""
COUNTED = """			request_header -X-RateLimit-*
			forward_auth @read {counter} {{
				uri {question}
				copy_headers X-RateLimit-Limit X-RateLimit-Remaining X-RateLimit-Reset
			}}
			@limited header X-RateLimit-Limit *
			header @limited {{
				X-RateLimit-Limit {{header.X-RateLimit-Limit}}
				X-RateLimit-Remaining {{header.X-RateLimit-Remaining}}
				X-RateLimit-Reset {{header.X-RateLimit-Reset}}
			}}"""
"""Our REST server counts what enters elsewhere too, and says what the caller is told of it."""
ELSEWHERE = """		route {{
			import cross_origin
			uri path_regexp ^{prefix}/ {base}/
{before}			reverse_proxy {address} {{
				header_up X-Forwarded-Prefix {prefix}
{host}			}}
		}}"""
"""Real servers work at the root, and leave it to a gateway to tell browsers who may read their answers.

`strip_prefix` would also merge slashes and resolve dots, and a file's name may hold either.
"""
REALTIME = """	handle /realtime/v1/* {{
		route {{
			@closed path /realtime/v1/api/tenants* /realtime/v1/api/openapi*
			handle @closed {{
				header Content-Type application/json
				respond `{closed}` 403
			}}
			@socket not path /realtime/v1/api/*
			uri @socket path_regexp ^/realtime/v1/ /realtime/v1/socket/
{realtime}
		}}
	}}
"""
OWN_REALTIME = """	handle /realtime/v1/* {{
		reverse_proxy {address}
	}}
"""
READABLE = "*, Retry-After, X-RateLimit-Limit, X-RateLimit-Remaining, X-RateLimit-Reset"
TENANT = "realtime-dev"
"""The tenant that a realtime server makes for itself; it takes the first word of the host's name for it."""
NO_KEY = '{"message":"No API key found in request","hint":"Send the anon key in the header apikey."}'
NO_ROUTE = '{"message":"no Route matched with those values"}'
CLOSED = '{"message":"Access is forbidden."}'
UNAVAILABLE = '{"message":"The service behind this address does not answer. Try again in a moment."}'
COUNTED_PATHS = {"search": "search", "functions/v1": "platform"}
"""Paths at which what enters is counted here, and the parts that answer there."""
PROXIED = "\trequest_header -Cf-Ipcountry\n\trequest_header -Cf-Connecting-Ip\n"
"""A client's own word on its country and address is dropped; a proxy before the gateway may be believed."""


def command(settings: Settings, addresses: Mapping[str, str], elsewhere: Collection[str] = ()) -> list[str]:
    """Write the Caddyfile and return the command that serves it.

    `addresses` has where each part listens; those `elsewhere` are real servers, unaware of our paths.
    """
    settings.run.mkdir(parents=True, exist_ok=True)
    path = settings.run / "Caddyfile"
    path.write_text(
        TEMPLATE.format(
            port=settings.port,
            rest=_rest(addresses, elsewhere),
            auth=_platform("auth", addresses, elsewhere),
            storage=_platform("storage", addresses, elsewhere),
            realtime=_realtime(addresses, elsewhere),
            proxied="" if settings.behind_proxy else PROXIED,
            product="".join(
                _counted(path, addresses[part], addresses)
                for path, part in COUNTED_PATHS.items()
                if part in addresses
            ),
            to_come=" ".join(f"/{name}/*" for name in PARTS_TO_COME),
            readable=READABLE,
            no_key=NO_KEY,
            no_route=NO_ROUTE,
            unavailable=UNAVAILABLE,
        )
    )
    caddy = Path(sys.executable).with_name("caddy")
    program = str(caddy) if caddy.exists() else shutil.which("caddy") or "caddy"
    return [program, "run", "--config", str(path), "--adapter", "caddyfile"]


def _platform(part: str, addresses: Mapping[str, str], elsewhere: Collection[str]) -> str:
    if part in elsewhere:
        return _server(f"/{part}/v1", addresses[part])
    return f"\t\treverse_proxy {addresses['platform']}"


def _rest(addresses: Mapping[str, str], elsewhere: Collection[str]) -> str:
    """A real PostgREST counts no reads: what it is sent is counted before."""
    if "rest" not in elsewhere:
        return f"\t\turi strip_prefix /rest/v1\n\t\treverse_proxy {addresses['rest']}"
    counted = COUNTED.format(counter=addresses["rest_admin"], question="/admit/rest")
    return _server("/rest/v1", addresses["rest"], before=f"\t\t\t@read method GET HEAD POST\n{counted}\n")


def _realtime(addresses: Mapping[str, str], elsewhere: Collection[str]) -> str:
    if "realtime" not in elsewhere:
        return OWN_REALTIME.format(address=addresses["platform"])
    host = f"{TENANT}.{urlsplit(addresses['realtime']).hostname}"
    server = _server("/realtime/v1", addresses["realtime"], host=host)
    return REALTIME.format(closed=CLOSED, realtime=server)


def _counted(path: str, address: str, addresses: Mapping[str, str]) -> str:
    counted = COUNTED.format(counter=addresses["rest_admin"], question="/admit")
    return ROUTE.format(path=path, address=address, counted=counted)


def _server(prefix: str, address: str, *, before: str = "", host: str = "") -> str:
    """Another's server, whose own paths begin after `prefix`."""
    url = urlsplit(address)
    named = f"\t\t\t\theader_up Host {host}\n" if host else ""
    return ELSEWHERE.format(
        prefix=prefix, base=url.path, before=before, address=f"{url.scheme}://{url.netloc}", host=named
    )


def environment(settings: Settings) -> dict[str, str]:
    home = str(settings.run / "caddy")
    return {"XDG_DATA_HOME": home, "XDG_CONFIG_HOME": home}
