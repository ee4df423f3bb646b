"""The gateway: Caddy before everything, one address and one key check for all parts."""

import shutil
import sys
from collections.abc import Mapping
from pathlib import Path

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

http://127.0.0.1:{port} {{
	bind 127.0.0.1
	request_header -X-Forwarded-For
{proxied}
	@open path /auth/v1/health /auth/v1/.well-known/* /auth/v1/verify /auth/v1/callback /auth/v1/authorize
	handle @open {{
		reverse_proxy 127.0.0.1:{platform}
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

	handle_path /rest/v1/* {{
		@key_alone {{
			header apikey *
			not header Authorization *
		}}
		request_header @key_alone Authorization "Bearer {{header.apikey}}"
		reverse_proxy 127.0.0.1:{rest}
	}}
	handle /auth/v1/* {{
		reverse_proxy 127.0.0.1:{platform}
	}}
	handle /storage/v1/* {{
		@key_alone {{
			header apikey *
			not header Authorization *
		}}
		request_header @key_alone Authorization "Bearer {{header.apikey}}"
		reverse_proxy 127.0.0.1:{platform}
	}}
	handle /realtime/v1/* {{
		reverse_proxy 127.0.0.1:{platform}
	}}
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
			request_header -X-RateLimit-*
			@read not method OPTIONS
			forward_auth @read 127.0.0.1:{counter} {{
				uri /admit
				copy_headers X-RateLimit-Limit X-RateLimit-Remaining X-RateLimit-Reset
			}}
			@limited header X-RateLimit-Limit *
			header @limited {{
				X-RateLimit-Limit {{header.X-RateLimit-Limit}}
				X-RateLimit-Remaining {{header.X-RateLimit-Remaining}}
				X-RateLimit-Reset {{header.X-RateLimit-Reset}}
			}}
			reverse_proxy 127.0.0.1:{port}
		}}
	}}
"""
"""The REST server counts what enters elsewhere too, and says what the caller is told of it."""
NO_KEY = '{"message":"No API key found in request","hint":"Send the anon key in the header apikey."}'
NO_ROUTE = '{"message":"no Route matched with those values"}'
UNAVAILABLE = '{"message":"The service behind this address does not answer. Try again in a moment."}'
COUNTED = {"search": "search", "functions/v1": "platform"}
"""Paths at which what enters is counted here, and the parts that answer there."""
PROXIED = "\trequest_header -Cf-Ipcountry\n\trequest_header -Cf-Connecting-Ip\n"
"""A client's own word on its country and address is dropped; a proxy before the gateway may be believed."""


def command(settings: Settings, ports: Mapping[str, int]) -> list[str]:
    """Write the Caddyfile and return the command that serves it."""
    settings.run.mkdir(parents=True, exist_ok=True)
    path = settings.run / "Caddyfile"
    routes = (
        ROUTE.format(path=path, port=ports[part], counter=ports["rest_admin"])
        for path, part in COUNTED.items()
        if part in ports
    )
    path.write_text(
        TEMPLATE.format(
            port=settings.port,
            rest=ports["rest"],
            platform=ports["platform"],
            proxied="" if settings.behind_proxy else PROXIED,
            product="".join(routes),
            to_come=" ".join(f"/{name}/*" for name in PARTS_TO_COME),
            no_key=NO_KEY,
            no_route=NO_ROUTE,
            unavailable=UNAVAILABLE,
        )
    )
    caddy = Path(sys.executable).with_name("caddy")
    program = str(caddy) if caddy.exists() else shutil.which("caddy") or "caddy"
    return [program, "run", "--config", str(path), "--adapter", "caddyfile"]


def environment(settings: Settings) -> dict[str, str]:
    home = str(settings.run / "caddy")
    return {"XDG_DATA_HOME": home, "XDG_CONFIG_HOME": home}
