"""What a function may count on, and what the others may when it fails."""

import os
import signal
import subprocess
import uuid
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import httpx
import psutil
import pytest

from local.temporary_stack import Stack
from local.tests.clients.functions.conftest import UNVERIFIED, Write
from local.tests.waiting import until

Call = Callable[..., httpx.Response]
ECHO = "return Response.json({ method: request.method, path: new URL(request.url).pathname, "


def processes(folder: Path) -> list[int]:
    """Of Deno, that serve a function of the folder."""
    process = subprocess.run(["pgrep", "-f", f"deno run .*{folder}"], capture_output=True, text=True)
    return [int(pid) for pid in process.stdout.split()]


def kill(pid: int) -> None:
    """Kill the process, and wait until it cannot take a call."""
    os.kill(pid, signal.SIGKILL)
    until(lambda: not psutil.pid_exists(pid))


def test_function_receives_method_path_query_headers_and_body(write: Write, call: Call) -> None:
    write(
        ECHO + "query: new URL(request.url).search, body: await request.text(), "
        "header: request.headers.get('x-awkward'), id: request.headers.get('x-request-id') })"
    )
    response = call(
        f"{UNVERIFIED}/deep/path%20with+%2F?a=1&b=%26&a=%F0%9F%98%80",
        "PUT",
        content="naïve; שלום 😀".encode(),
        headers={"x-awkward": 'a, b; c="d"', "x-request-id": "one-of-mine"},
    )
    assert response.json() == {
        "method": "PUT",
        "path": f"/{UNVERIFIED}/deep/path%20with+%2F",
        "query": "?a=1&b=%26&a=%F0%9F%98%80",
        "body": "naïve; שלום 😀",
        "header": 'a, b; c="d"',
        "id": "one-of-mine",
    }
    assert response.headers["x-request-id"] == "one-of-mine"


def test_status_and_headers_of_an_answer_are_the_functions(write: Write, call: Call) -> None:
    write(
        "return new Response('made', { status: 201, headers: "
        "[['set-cookie', 'a=1'], ['set-cookie', 'b=2'], ['content-type', 'text/x-own']] })"
    )
    response = call()
    assert (response.status_code, response.text) == (201, "made")
    assert response.headers.get_list("set-cookie") == ["a=1", "b=2"]
    assert response.headers["content-type"] == "text/x-own"


def test_function_response_is_streamed_before_it_ends(write: Write, url: str) -> None:
    write(
        "const text = new TextEncoder(); return new Response(new ReadableStream({ start(out) {"
        "out.enqueue(text.encode('first')); setTimeout(() => { out.enqueue(text.encode('last'));"
        "out.close(); }, 2000); } }))"
    )
    with httpx.stream("GET", f"{url}/{UNVERIFIED}", timeout=60) as response:
        assert next(response.iter_raw()) == b"first"


@pytest.mark.parametrize(
    "token",
    ["", "nonsense", "eyJhbGciOiJub25lIn0.eyJyb2xlIjoic2VydmljZV9yb2xlIn0."],
    ids=["none", "no token", "unsigned"],
)
def test_a_function_is_called_with_a_good_token_only(write: Write, call: Call, token: str) -> None:
    write("return new Response('in')", name="closed")
    headers = {"authorization": f"Bearer {token}"} if token else {}
    response = call("closed", headers=headers)
    assert (response.status_code, response.json()["code"]) == (401, "UNAUTHORIZED")
    assert call("closed", "OPTIONS").status_code == 200


def test_the_project_s_keys_are_good_tokens(write: Write, call: Call, stack: Stack) -> None:
    write("return new Response('in')", name="closed")
    response = call("closed", headers={"authorization": f"Bearer {stack.anon_key}"})
    assert (response.status_code, response.text) == (200, "in")


@pytest.mark.parametrize(
    "name",
    ["nothing", "_shared", "..%2fopen", "open%00", "..", "%2e%2e%2fopen", "a" * 64, "-open", "op en", "link"],
)
def test_nothing_but_functions_of_the_folder_is_called(
    write: Write, call: Call, folder: Path, tmp_path: Path, name: str
) -> None:
    write("return new Response('in')")
    write("return new Response('shared')", name="_shared")
    outside = tmp_path / "outside"
    outside.mkdir()
    (outside / "index.ts").write_text("Deno.serve(() => new Response('out'))")
    (folder / "link").symlink_to(outside)
    headers = {"authorization": "Bearer none"}
    assert call(name, headers=headers).status_code in (401, 404)
    assert processes(folder) == [] and processes(outside) == []


def test_a_function_that_crashes_is_answered_for_and_the_next_call_works(write: Write, call: Call) -> None:
    write("if (request.method === 'DELETE') Deno.exit(1); return new Response('well')")
    assert call().text == "well"
    crash = call(method="DELETE", headers={"x-request-id": "the-crash"})
    assert (crash.status_code, crash.json()["code"]) == (500, "WORKER_ERROR")
    assert crash.json()["request_id"] == crash.headers["x-request-id"] == "the-crash"
    assert call().text == "well"


def test_an_error_that_nothing_catches_ends_no_other_call(write: Write, call: Call) -> None:
    write("if (request.method === 'DELETE') throw new Error('no'); return new Response('well')")
    assert call(method="DELETE").status_code == 500
    assert call().text == "well"


def test_a_function_killed_in_mid_traffic_is_back_at_the_next_call(
    write: Write, call: Call, folder: Path
) -> None:
    write(
        "if (request.method === 'PUT') { console.log('came in');"
        "await new Promise((go) => setTimeout(go, 30000)); } return new Response('well')"
    )
    assert call().text == "well"
    log = folder.parent / "logs" / f"functions-{UNVERIFIED}.log"
    with ThreadPoolExecutor() as pool:
        waiting = pool.submit(call, method="PUT")
        until(lambda: "came in" in log.read_text())
        for pid in processes(folder):
            kill(pid)
        assert waiting.result().status_code == 500
    assert call().text == "well"


def test_a_function_killed_between_two_calls_answers_the_next(write: Write, call: Call, folder: Path) -> None:
    write("return new Response('well')")
    for _ in range(10):
        assert call().text == "well"
        (pid,) = processes(folder)
        kill(pid)
    assert call().text == "well"


def test_unreachable_function_process_is_started_again(call: Call, folder: Path) -> None:
    (folder / UNVERIFIED).mkdir()
    (folder / UNVERIFIED / "index.ts").write_text(
        "const server = Deno.serve(async (request) => { if (request.method === 'DELETE') {"
        "server.shutdown(); await new Promise((go) => setTimeout(go, 100)); }"
        "return new Response(String(Deno.pid)); });"
    )
    first = call(method="DELETE").text
    again = call()
    assert again.status_code == 200 and again.text != first
    until(lambda: processes(folder) == [int(again.text)])


def test_function_that_does_not_start_is_an_error_until_mended(
    write: Write, call: Call, folder: Path
) -> None:
    write("return new Response('well')", before="this is no TypeScript")
    broken = call()
    assert (broken.status_code, broken.json()["code"]) == (503, "BOOT_ERROR")
    assert "no TypeScript" in (folder.parent / "logs" / f"functions-{UNVERIFIED}.log").read_text()
    write("return new Response('well')")
    assert call().text == "well"


def test_change_of_code_shared_code_or_secret_applies_at_next_call(
    write: Write, call: Call, folder: Path
) -> None:
    (folder / "_shared").mkdir()
    (folder / "_shared" / "word.ts").write_text("export const word = 'old';")
    shared = 'import { word } from "../_shared/word.ts";'
    write("return new Response(`${word} 1 ${Deno.env.get('SECRET')}`)", before=shared)
    assert call().text == "old 1 undefined"
    write("return new Response(`${word} 2 ${Deno.env.get('SECRET')}`)", before=shared)
    assert call().text == "old 2 undefined"
    (folder / "_shared" / "word.ts").write_text("export const word = 'new';")
    assert call().text == "new 2 undefined"
    (folder / ".env").write_text('SECRET="of ours"\n')
    assert call().text == "new 2 of ours"


def test_a_call_is_answered_to_its_end_by_the_process_it_came_to(write: Write, call: Call) -> None:
    write("await new Promise((go) => setTimeout(go, 1500)); return new Response('old')")
    with ThreadPoolExecutor() as pool:
        first = pool.submit(call)
        assert call().text == "old"
        write("return new Response('new')")
        assert call().text == "new"
        assert first.result().text == "old"


def test_function_environment_has_only_secrets_and_stack_variables(
    write: Write, call: Call, folder: Path, stack: Stack
) -> None:
    (folder / ".env").write_text("MINE=1\nSUPABASE_URL=http://elsewhere.example\n")
    write("return Response.json(Deno.env.toObject())")
    body = call().json()
    assert (body["MINE"], body["SUPABASE_URL"]) == ("1", stack.url)
    assert not {"JWT_SECRET", "FUNCTIONS_DATABASE_URL", "AUTH_DATABASE_URL"} & set(body)
    assert stack.jwt_secret not in body.values()


@pytest.mark.parametrize(
    "forbidden",
    [
        "await Deno.readTextFile('/etc/hostname')",
        "await Deno.writeTextFile('x', '')",
        "new Deno.Command('id').spawn()",
    ],
)
def test_a_function_may_not_touch_the_machine(write: Write, call: Call, forbidden: str) -> None:
    write(f"try {{ {forbidden}; return new Response('done') }} catch (e) {{ return new Response(e.name) }}")
    assert call().text == "NotCapable"


def test_options_calls_of_an_address_are_limited_without_its_other_calls(write: Write, call: Call) -> None:
    write("return new Response(request.method)")
    preflight = {"origin": "https://app.example", "access-control-request-method": "POST"}
    with ThreadPoolExecutor(8) as pool:
        sent: list[dict[str, str]] = [{}] * 300 + [preflight] * 20
        answers = list(pool.map(lambda headers: call(method="OPTIONS", headers=headers), sent))
    refused = [answer for answer in answers if answer.status_code != 200]
    assert {answer.text for answer in answers[:40]} == {"OPTIONS"}
    assert {(answer.status_code, answer.headers["x-sb-error-code"]) for answer in refused} == {
        (429, "TOO_MANY_CALLS")
    }
    unasked = [answer for answer in answers[300:] if answer.text == ""]
    assert unasked and not set(answers[300:]) & set(refused)
    assert "POST" in unasked[0].headers["access-control-allow-methods"]
    assert call().text == "GET"


def test_many_first_calls_at_once_start_one_process(write: Write, call: Call, folder: Path) -> None:
    write("return new Response('well')")
    with ThreadPoolExecutor(16) as pool:
        responses = [each.text for each in pool.map(lambda _: call(), range(16))]
    assert responses == ["well"] * 16
    assert len(processes(folder)) == 1


def test_large_bodies_pass(write: Write, call: Call) -> None:
    write("return new Response(request.body)")
    content = uuid.uuid4().bytes * (1 << 16)
    assert call(method="POST", content=content).content == content


def test_npm_packages_are_there(write: Write, call: Call) -> None:
    write("return new Response(ms('2 days').toString())", before='import ms from "npm:ms@2.1.3";')
    assert call().text == str(2 * 24 * 3600 * 1000)
