"""The status page, and the files of the web client: who may see them, and that no secret is there."""

import asyncio
import base64
import hashlib
import re
from html.parser import HTMLParser

import httpx
import psycopg
import pytest
from psycopg.sql import SQL, Identifier

from local import state
from local.landing_page import page
from local.landing_page.settings import Settings
from local.landing_page.tables import Table, tables_with_counts
from local.settings import ROOT
from local.temporary_stack import Stack

VOID = {"meta", "link", "br", "img", "hr", "input"}


class Page(HTMLParser):
    """Its texts, links and tags; every tag that is opened is closed."""

    def __init__(self, text: str) -> None:
        super().__init__()
        self.words: list[str] = []
        self.links: dict[str, str] = {}
        self.tags: list[str] = []
        self.open: list[tuple[str, str | None]] = []
        self.attributes: set[str] = set()
        self.feed(text)
        assert self.open == []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.append(tag)
        self.attributes |= {name for name, _ in attrs}
        if tag not in VOID:
            self.open.append((tag, dict(attrs).get("href")))

    def handle_endtag(self, tag: str) -> None:
        assert self.open.pop()[0] == tag

    def handle_data(self, data: str) -> None:
        if data.strip():
            self.words.append(data.strip())
            if self.open[-1][0] == "a":
                self.links[data.strip()] = self.open[-1][1] or ""

    def after(self, word: str) -> str:
        return self.words[self.words.index(word) + 1]


def get(stack: Stack, path: str = "/status", **headers: str) -> httpx.Response:
    return httpx.get(stack.url + path, headers=headers)


def test_the_page_shows_where_everything_is(stack: Stack) -> None:
    response = get(stack)
    assert (response.status_code, response.headers["content-type"]) == (200, "text/html; charset=utf-8")
    parsed = Page(response.text)
    assert parsed.after("URL") == stack.url
    assert parsed.after("Publishable key") == stack.publishable_key
    assert parsed.after("Anon key") == stack.anon_key
    assert str(stack.settings.env_file) in parsed.words
    for name, part in stack.parts.items():
        assert part.good and parsed.after(name).startswith(part.status)
    with psycopg.connect(stack.database_url) as connection:
        (genres,) = connection.execute("select count(*) from public.genres").fetchone() or (None,)
    assert parsed.after("public.genres") == f"{genres:,}"
    assert parsed.links["Architecture"] == "/docs/architecture-overview"
    assert parsed.links["The web client"] == "/"


def test_links_of_the_page_exist(stack: Stack) -> None:
    parsed = Page(get(stack).text)
    assert len(parsed.links) > 5
    for name, address in parsed.links.items():
        url = address if address.startswith("http") else stack.url + address
        assert httpx.get(url).status_code == 200, name
    health = re.findall(r'href="(http[^"]+)"', get(stack).text)
    for url in health:
        assert httpx.get(url).status_code == 200, url
    assert len(health) >= 3


@pytest.mark.parametrize("path", ["/", "/status", "/config.json", "/docs/errors", "/docs/errors.md"])
def test_nothing_secret_is_on_it(stack: Stack, path: str) -> None:
    whole = get(stack, path)
    text = f"{whole.headers} {whole.text}"
    password = stack.database_url.split(":")[2].split("@")[0]
    for secret in (stack.secret_key, stack.service_role_key, stack.jwt_secret, password):
        assert secret not in text


@pytest.mark.parametrize(
    "path", ["/", "/status", "/config.json", "/app.js", "/none.js", "/docs/errors.md", "/docs/none.md"]
)
def test_page_cannot_be_read_or_framed_by_other_origins(stack: Stack, path: str) -> None:
    response = get(stack, path, Origin="https://attacker.example")
    assert not [name for name in response.headers if name.startswith("access-control-")]
    assert response.headers["x-frame-options"] == "DENY"
    assert response.headers["cross-origin-resource-policy"] == "same-origin"
    assert response.headers["x-content-type-options"] == "nosniff"
    policy = response.headers["content-security-policy"]
    assert "default-src 'none'" in policy and "frame-ancestors 'none'" in policy
    headers = {"Origin": "https://attacker.example", "Access-Control-Request-Method": "GET"}
    before = httpx.options(stack.url + path, headers=headers)
    assert not [name for name in before.headers if name.startswith("access-control-")]


def test_the_policy_allows_the_pages_own_style_and_nothing_else(stack: Stack) -> None:
    response = get(stack)
    match = re.search("<style>(.*?)</style>", response.text, re.DOTALL)
    assert match
    digest = base64.b64encode(hashlib.sha256(match[1].encode()).digest()).decode()
    assert f"style-src 'sha256-{digest}';" in response.headers["content-security-policy"]
    parsed = Page(response.text)
    assert not {"script", "img", "iframe", "form"} & set(parsed.tags)
    assert not {name for name in parsed.attributes if name.startswith("on") or name in ("style", "src")}


@pytest.mark.parametrize(
    "host",
    ["attacker.example", "attacker.example:{port}", "127.0.0.1.attacker.example:{port}", "127.0.0.1:1", ""],
)
@pytest.mark.parametrize("path", ["/", "/status", "/config.json", "/app.js", "/docs/errors.md"])
def test_page_is_refused_under_a_foreign_host_name(stack: Stack, path: str, host: str) -> None:
    """As a page sees it that has its own name lead to this machine."""
    response = get(stack, path, Host=host.format(port=stack.settings.port))
    assert response.status_code in (400, 421)
    assert stack.anon_key not in response.text


def test_localhost_is_this_machine(stack: Stack) -> None:
    assert get(stack, Host=f"localhost:{stack.settings.port}").status_code == 200


@pytest.mark.parametrize(
    "name",
    ["decisions", "decisions/0001-raters.md", "none.md", ".md", ""],
)
def test_documents_are_those_of_the_folder_alone(stack: Stack, name: str) -> None:
    assert get(stack, f"/docs/{name}").status_code == 404
    for above in ("..%2fREADME.md", "%2e%2e/README.md"):
        assert get(stack, f"/docs/{above}").status_code == 400
    assert get(stack, "/docs/errors.md").text == (ROOT / "docs" / "errors.md").read_text()


@pytest.mark.parametrize("path", ["/title/x", "/search", "/nowhere"])
def test_browser_opens_the_client_at_any_page(stack: Stack, path: str) -> None:
    answer = get(stack, path, Accept="text/html,application/xhtml+xml")
    assert (answer.status_code, answer.text) == (200, (ROOT / "web" / "index.html").read_text())
    assert get(stack, path, Accept="application/json").status_code == 404


@pytest.mark.parametrize("path", ["/rest/v1/none", "/search/none", "/functions/v1/none.js", "/graphql/v1"])
def test_paths_of_services_are_never_pages(stack: Stack, path: str) -> None:
    assert "<html" not in get(stack, path, Accept="text/html").text


def test_client_receives_the_address_that_the_browser_used(stack: Stack) -> None:
    host = f"localhost:{stack.settings.port}"
    answer = get(stack, "/config.json", Host=host).json()
    assert answer == {"supabaseUrl": f"http://{host}", "supabaseKey": stack.publishable_key}


def test_file_that_a_browser_has_is_not_sent_again(stack: Stack) -> None:
    first = get(stack, "/app.js")
    assert first.headers["cache-control"] == "no-cache"
    assert first.headers["content-type"].startswith("text/javascript")
    again = get(stack, "/app.js", **{"If-None-Match": first.headers["etag"]})
    assert (again.status_code, again.content) == (304, b"")
    policy = "content-security-policy"
    assert again.headers[policy] == first.headers[policy] != get(stack, "/status").headers[policy]
    assert get(stack, "/vendor/preact.js").headers["cache-control"] == "public, max-age=3600"


def test_only_reading_is_possible(stack: Stack) -> None:
    for path in ("/", "/status"):
        assert httpx.head(stack.url + path).status_code == 200
        for method in ("POST", "PUT", "DELETE"):
            assert httpx.request(method, stack.url + path).status_code == 405


def test_names_are_escaped() -> None:
    awkward = '<script>alert("1")</script>&\'$url ${url} שלום 🎬'
    settings = Settings(awkward, awkward, awkward, awkward, ROOT, ("public",), "")
    parts = {awkward: state.ServiceState("awaited", None, f"http://x/{awkward}", f"http://x/{awkward}")}
    tables = [Table(awkward, "t", exact=False, rows=1234567), Table("s", awkward, exact=False, rows=None)]
    text = page.render_page(settings, parts, tables, {awkward: awkward})
    parsed = Page(text)
    assert "script" not in parsed.tags
    assert parsed.words.count(awkward) > 4
    assert parsed.after(f"{awkward}.t") == "about 1,234,567"
    assert parsed.after(f"s.{awkward}") == "many"


def test_without_a_database_the_page_says_so() -> None:
    settings = Settings("u", "a", "p", "e", ROOT, ("public",), "")
    assert "The database does not answer." in Page(page.render_page(settings, {}, None, {})).words


MADE = """
    create schema front_test;
    create table front_test.{} as select generate_series(1, 12345);
    create table front_test.large with (autovacuum_enabled = false) as
        select i, repeat('x', 100) from generate_series(1, 100000) as i;
    create table front_test.whole (i int) partition by range (i);
    create table front_test.piece partition of front_test.whole for values from (0) to (9);
    insert into front_test.whole values (1), (2), (3);
    grant usage on schema front_test to postgres;
    grant select on all tables in schema front_test to postgres
"""


@pytest.mark.parametrize("name", ["plain", 'with "quotes" & <b> %s; drop', "שלום 🎬"])
def test_rows_are_counted_where_tables_are_small_and_estimated_where_not(stack: Stack, name: str) -> None:
    def tables(*schemas: str) -> dict[str, Table]:
        tables = asyncio.run(tables_with_counts(stack.database_url, schemas))
        assert tables is not None
        return {table.name: table for table in tables}

    with psycopg.connect(stack.admin_database_url, autocommit=True) as connection:
        try:
            connection.execute(SQL(MADE).format(Identifier(name)))
            before = tables("front_test")
            connection.execute("analyze front_test.large")
            after = tables("front_test", "nowhere")
        finally:
            connection.execute("drop schema front_test cascade")
    assert before[name] == Table("front_test", name, exact=True, rows=12345)
    assert before["whole"] == Table("front_test", "whole", exact=True, rows=3)
    assert "piece" not in before
    assert before["large"] == Table("front_test", "large", exact=False, rows=None)
    assert after["large"] == Table("front_test", "large", exact=False, rows=100000)
