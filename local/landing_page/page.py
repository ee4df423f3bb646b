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


def render_page(
    settings: Settings,
    parts: Mapping[str, ServiceState],
    tables: Sequence[Table] | None,
    documents: Mapping[str, str],
) -> str:
    """`documents` are names of files with their titles."""
    key = quote(settings.anon_key)
    # The web client renders a document under its name without the extension.
    address = {name: quote(name.removesuffix(".md") if settings.client else name) for name in documents}
    described = [_document(title, f"/docs/{address[name]}") for name, title in documents.items()]
    described.append(_document("Search by text, as OpenAPI", f"/search/openapi.json?apikey={key}"))
    if settings.client:
        described.insert(0, _document("The web client", "/"))
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
        label = escape(f"{service.status}: health of {name}")
        link = f'href="{escape(service.health)}" rel="noreferrer" aria-label="{label}"'
        shown = f"<a {link}>{escape(service.status)}</a>"
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
