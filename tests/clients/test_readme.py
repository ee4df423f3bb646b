"""What the README tells a client to write runs as it is written."""

import ast
import asyncio
import json
import re
from collections.abc import Iterator
from inspect import isawaitable
from typing import Any

import httpx
import psycopg
import pytest

from local.settings import ROOT
from scripts import node
from tests.clients.drivers.javascript import FOLDER
from tests.conftest import Stack

README = (ROOT / "README.md").read_text()
ACCOUNTS = ("ann@example.com", "bob@example.com")
SETTINGS = ("SUPABASE_URL", "SUPABASE_PUBLISHABLE_KEY")


def blocks(language: str) -> list[str]:
    return re.findall(rf"^```{language}\n(.*?)^```$", README, re.MULTILINE | re.DOTALL)


pytestmark = pytest.mark.filterwarnings("ignore:The '.*' parameter is deprecated:DeprecationWarning")
"""supabase-py says so to itself, when it is given nothing but an address and a key."""


@pytest.fixture(autouse=True)
def film(stack: Stack) -> Iterator[None]:
    """The film that is rated, and nobody with the addresses that are signed up."""
    with psycopg.connect(stack.database_url, autocommit=True) as connection:
        gone = "delete from auth.users where email = any(%s)"
        connection.execute(gone, [[*ACCOUNTS]])
        made = "insert into content (title) values ('Blade Runner') returning id"
        row = connection.execute(made).fetchone()
        assert row
        yield
        connection.execute(gone, [[*ACCOUNTS]])
        connection.execute("delete from content where id = %s", row)


@pytest.fixture
def ended(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """Connections are closed, as those of a program are at its end: left to Python, it warns later on."""
    opened: list[httpx.Client] = []
    make = httpx.Client.__init__

    def note(client: httpx.Client, *words: Any, **options: Any) -> None:
        make(client, *words, **options)
        opened.append(client)

    monkeypatch.setattr(httpx.Client, "__init__", note)
    yield
    for client in opened:
        client.close()


async def run(block: str, names: dict[str, Any]) -> None:
    """As `python -m asyncio` does: with `await` outside functions."""
    code = compile(block, "README.md", "exec", ast.PyCF_ALLOW_TOP_LEVEL_AWAIT)
    if isawaitable(found := eval(code, names)):
        await found


@pytest.mark.usefixtures("ended")
def test_the_python_snippets_run_in_their_order(stack: Stack) -> None:
    names: dict[str, Any] = {name: stack.environment[name] for name in SETTINGS}

    async def run_all() -> None:
        for block in blocks("python"):
            await run(block, names)
        await names["app"].remove_all_channels()

    asyncio.run(run_all())
    assert names["film"]["title"] == "Blade Runner"
    assert (names["kid"]["name"], names["kid"]["is_kids"]) == ("Zoë", True)
    assert names["client"].table("ratings").select("rating").execute().data == []
    # Its token is not renewed any more.
    names["client"].auth.sign_out()


def test_the_javascript_snippets_run_in_their_order(stack: Stack) -> None:
    node.install(FOLDER, "supabase-js")
    known = [f"const {name} = {json.dumps(stack.environment[name])};" for name in SETTINGS]
    shown = "console.log(JSON.stringify(data));"
    program = "\n".join([*known, *blocks("js"), shown])
    done = node.run(FOLDER, node.NODE, "--input-type=module", "--eval", program)
    assert done.returncode == 0, done.stderr
    assert isinstance(json.loads(done.stdout), list)
