"""The README's code runs as written: blocks, and calls in the middle of a line."""

import ast
import os
import re
import shutil
import subprocess
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import httpx
import psycopg
import pytest
from supabase import Client

from local.settings import ROOT
from tests.clients.drivers.javascript import FOLDER
from tests.conftest import Stack
from tools import node

README = (ROOT / "README.md").read_text()
ACCOUNTS = ("ann@example.com", "bob@example.com")
SETTINGS = ("SUPABASE_URL", "SUPABASE_PUBLISHABLE_KEY")
PIECE = re.compile(r"^```(\w*)\n(.*?)^```$|`([^`\n]+)`", re.MULTILINE | re.DOTALL)
CALL = re.compile(r"(await )?[a-z]\w*(\.\w+)+\(.*\)")
"""A call of a client in inline code; JavaScript if it is awaited."""
PIXEL = bytes.fromhex(
    "89504e470d0a1a0a0000000d49484452000000010000000108060000001f15c489"
    "0000000d49444154789c6360000002000001e221bc330000000049454e44ae426082"
)

pytestmark = pytest.mark.filterwarnings("ignore:The '.*' parameter is deprecated:DeprecationWarning")
"""supabase-py itself causes this warning if it is given only a URL and a key."""


def snippets(language: str, document: str = README) -> list[str]:
    """Blocks and inline calls in the order of the document."""
    texts = []
    for block_language, block, inline in PIECE.findall(document):
        if inline and CALL.fullmatch(inline):
            block_language, block = "js" if inline.startswith("await ") else "python", inline
        if block_language == language and block:
            texts.append(block)
    return texts


@pytest.fixture(autouse=True)
def film(stack: Stack, service: Client) -> Iterator[None]:
    """Insert the film that the README rates; afterwards delete it and the README's users."""
    with psycopg.connect(stack.database_url, autocommit=True) as connection:
        delete_people(connection, service)
        insert = "insert into content (title) values ('Blade Runner') returning id"
        row = connection.execute(insert).fetchone()
        assert row
        yield
        delete_people(connection, service)
        connection.execute("delete from content where id = %s", row)


def delete_people(connection: psycopg.Connection, service: Client) -> None:
    if names := [name for name, _ in pictures(connection)]:
        service.storage.from_("avatars").remove(names)
    connection.execute("delete from auth.users where email = any(%s)", [[*ACCOUNTS]])


def pictures(connection: psycopg.Connection) -> list[tuple[str, str]]:
    """Names and types of the avatars of the README's users."""
    query = (
        "select name, metadata->>'mimetype' from storage.objects where bucket_id = 'avatars' "
        "and split_part(name, '/', 1) in (select id::text from auth.users where email = any(%s))"
    )
    return connection.execute(query, [[*ACCOUNTS]]).fetchall()


@pytest.fixture
def ended(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """Close the snippets' connections, which a program's end would close; otherwise Python warns later."""
    opened: list[httpx.Client] = []
    make = httpx.Client.__init__

    def note(client: httpx.Client, *words: Any, **options: Any) -> None:
        make(client, *words, **options)
        opened.append(client)

    monkeypatch.setattr(httpx.Client, "__init__", note)
    yield
    for client in opened:
        client.close()


@pytest.fixture
def folder(stack: Stack, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A folder to run the snippets in, with the variables of .env.local."""
    (tmp_path / "me.png").write_bytes(PIXEL)
    for name in SETTINGS:
        monkeypatch.setenv(name, stack.environment[name])
    monkeypatch.chdir(tmp_path)
    return tmp_path


def run(snippet: str, names: dict[str, Any]) -> None:
    """Run each statement and fail for a request that is built but not executed, which would do nothing."""
    for statement in ast.parse(snippet).body:
        if isinstance(statement, ast.Expr):
            value = eval(compile(ast.Expression(statement.value), "README.md", "eval"), names)
            assert not hasattr(value, "execute"), f"this is never sent: {ast.unparse(statement)}"
        else:
            exec(compile(ast.Module([statement], []), "README.md", "exec"), names)


@pytest.mark.usefixtures("ended", "folder")
def test_python_snippets_of_the_readme_run_in_order(
    database: psycopg.Connection, capsys: pytest.CaptureFixture[str]
) -> None:
    names: dict[str, Any] = {}
    for snippet in snippets("python"):
        run(snippet, names)
    assert names["film"]["title"] == "Blade Runner"
    assert (names["kid"]["name"], names["kid"]["is_kids"]) == ("Zoë", True)
    ratings = names["client"].table("ratings").select("rating")
    assert ratings.execute().data == [{"rating": 4.5}]
    names["client"].postgrest.headers["x-profile-id"] = names["kid"]["id"]
    assert names["client"].table("ratings").select("rating").execute().data == []
    assert pictures(database) == [(f"{names['user'].id}/me.png", "image/png")]
    assert "hello\n" in capsys.readouterr().out
    # Ends the renewal of the client's token.
    names["client"].auth.sign_out()


def test_javascript_snippets_of_the_readme_run_in_order(database: psycopg.Connection, folder: Path) -> None:
    node.install(FOLDER, "supabase-js")
    begun = f"process.chdir({str(folder)!r});"
    shown = "console.log(JSON.stringify([data, user.id]));"
    program = "\n".join([begun, *snippets("js"), shown])
    done = node.run(FOLDER, node.NODE, "--input-type=module", "--eval", program)
    assert done.returncode == 0, done.stderr
    hello, answered = done.stdout.splitlines()
    assert (hello, answered[:2]) == ("hello", "[[")
    assert [kind for _, kind in pictures(database)] == ["image/png"]


@pytest.mark.skipif(not shutil.which("curl"), reason="there is no curl here")
@pytest.mark.parametrize(
    "line", [line for block in snippets("") for line in block.splitlines() if line.startswith("curl ")]
)
def test_curl_commands_of_the_readme_succeed(line: str, folder: Path) -> None:
    command = ["sh", "-c", line.replace("curl ", "curl -sSf ", 1)]
    done = subprocess.run(command, cwd=folder, env=os.environ, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
    assert done.stdout[0] in "[{"


def test_env_file_is_loaded_by_the_commands_of_the_readme(stack: Stack, tmp_path: Path) -> None:
    (load,) = [line for block in snippets("") for line in block.splitlines() if ".env.local" in line]
    shutil.copy(stack.settings.env_file, tmp_path / ".env.local")
    script = f'{load}; printf "%s\\n" "$SUPABASE_URL" "$SUPABASE_SECRET_KEY" "$DATABASE_URL"'
    done = subprocess.run(
        ["sh", "-c", script], cwd=tmp_path, env={}, capture_output=True, text=True, check=True
    )
    assert done.stdout.split() == [stack.url, stack.secret_key, stack.database_url]
    names = "[process.env.SUPABASE_URL, process.env.DATABASE_URL].join(' ')"
    done = node.run(tmp_path, node.NODE, "--env-file=.env.local", "--print", names)
    assert done.stdout.split() == [stack.url, stack.database_url]


@pytest.mark.parametrize(
    ("document", "python", "js"),
    [
        ('People have `client.rpc("x").execute()`.', ['client.rpc("x").execute()'], []),
        ("and `await client.rpc('x')`.", [], ["await client.rpc('x')"]),
        ("```python\nx = 1\n```\n`/tmp` `make up` `kid` `get_x(1)`\n```js\ny\n```\n", ["x = 1\n"], ["y\n"]),
    ],
)
def test_inline_calls_of_the_readme_are_found(document: str, python: list[str], js: list[str]) -> None:
    assert (snippets("python", document), snippets("js", document)) == (python, js)


class Request:
    def execute(self) -> None: ...


def test_readme_request_without_execute_is_detected() -> None:
    with pytest.raises(AssertionError, match="this is never sent"):
        run('client("export_my_data")', {"client": lambda _: Request()})
