"""The page as HTML."""

import base64
import hashlib
import re
from collections.abc import Mapping, Sequence
from html import escape
from pathlib import Path
from string import Template
from urllib.parse import quote

from local.landing_page.settings import Settings
from local.landing_page.tables import Table
from local.state import ServiceState

TEXT = Path(__file__).with_name("page.html").read_text()


def _digest(text: str) -> str:
    match = re.search(r"<style>(.*?)</style>", text, re.DOTALL)
    digest = hashlib.sha256((match[1] if match else "").encode()).digest()
    return f"sha256-{base64.b64encode(digest).decode()}"


STYLE = _digest(TEXT)
"""The hash of the page's style for the Content-Security-Policy."""


def written(
    settings: Settings,
    parts: Mapping[str, ServiceState],
    tables: Sequence[Table] | None,
    documents: Sequence[str],
) -> str:
    key = quote(settings.anon_key)
    described = [_document(name, f"/docs/{quote(name)}") for name in documents]
    described.append(_document("search by text, as OpenAPI", f"/search/openapi.json?apikey={key}"))
    return Template(TEXT).substitute(
        url=escape(settings.url),
        publishable_key=escape(settings.publishable_key),
        anon_key=escape(settings.anon_key),
        env_file=escape(settings.env_file),
        parts="\n".join(_service(name, service) for name, service in parts.items()),
        documents="\n".join(described),
        tables=_tables(tables),
    )


def _service(name: str, service: ServiceState) -> str:
    if service.health:
        shown = f'<a href="{escape(service.health)}" rel="noreferrer">{escape(service.status)}</a>'
    else:
        shown = escape(service.status)
    where = f" at <code>{escape(service.url)}</code>" if service.url and service.pid is None else ""
    kind = "up" if service.good else "down"
    return f'<tr><th scope="row">{escape(name)}</th><td class="{kind}">{shown}{where}</td></tr>'


def _document(name: str, address: str) -> str:
    return f'<tr><td><a href="{escape(address)}">{escape(name)}</a></td></tr>'


def _tables(tables: Sequence[Table] | None) -> str:
    if tables is None:
        return "<p>The database does not answer.</p>"
    rows = "\n".join(_table(table) for table in tables)
    return f"<table>\n{rows}\n</table>"


def _table(table: Table) -> str:
    if table.rows is None:
        count = "many"
    else:
        count = f"{'' if table.exact else 'about '}{table.rows:,}"
    name = f"{table.schema}.{table.name}"
    return f'<tr><th scope="row">{escape(name)}</th><td class="number">{count}</td></tr>'
