"""What Supabase's runtime has besides Deno's own: work in the background, and another way to serve."""

from collections.abc import Callable
from pathlib import Path

import httpx
import pytest

from local.tests.clients.functions.conftest import UNVERIFIED, Write
from local.tests.clients.functions.test_functions import processes
from local.tests.waiting import until

Call = Callable[..., httpx.Response]


@pytest.fixture
def log(folder: Path) -> Callable[[], str]:
    return lambda: (folder.parent / "logs" / f"functions-{UNVERIFIED}.log").read_text()


def test_a_function_may_export_how_it_fetches(folder: Path, call: Call) -> None:
    (folder / UNVERIFIED).mkdir()
    (folder / UNVERIFIED / "index.ts").write_text(
        "export default { word: 'well', fetch(request: Request) {"
        "return new Response(`${this.word} ${request.method}`); } };"
    )
    assert call(method="PUT").text == "well PUT"


def test_background_work_continues_after_response_and_replacement(
    write: Write, call: Call, folder: Path, log: Callable[[], str]
) -> None:
    write(
        "EdgeRuntime.waitUntil(new Promise((go) => addEventListener('beforeunload', go))"
        ".then(() => new Promise((go) => setTimeout(go, 300))).then(() => console.log('stored')));"
        "return new Response('old')"
    )
    assert call().text == "old"
    write("return new Response('new')")
    assert call().text == "new"
    until(lambda: "stored" in log())
    until(lambda: len(processes(folder)) == 1)


def test_error_in_background_work_is_logged_and_ends_nothing(
    write: Write, call: Call, folder: Path, log: Callable[[], str]
) -> None:
    write("EdgeRuntime.waitUntil(Promise.reject(new Error('lost'))); return new Response('well')")
    assert call().text == "well"
    before = processes(folder)
    until(lambda: "Error: lost" in log())
    assert call().text == "well"
    assert processes(folder) == before


def test_waiting_for_work_gives_what_it_gives(write: Write, call: Call) -> None:
    write("return new Response(await EdgeRuntime.waitUntil(Promise.resolve('well')))")
    assert call().text == "well"
