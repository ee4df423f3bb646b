"""Deno killed during a response: the caller gets an error, others are not affected, nothing is left."""

import os
import signal
import threading
import uuid
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from pathlib import Path

import httpx
import psutil
import psycopg
import pytest

from local.temporary_stack import Stack
from local.tests.faults import counting
from local.tests.faults.counting import Traffic
from local.tests.faults.test_stack import Own, own
from local.tests.waiting import until

__all__ = ["own"]

ROUNDS = int(os.environ.get("SOAK_ROUNDS", "1"))
KILLS = 3
NAME = "counted"
WRITES = """
// Writes rows through REST, as a call names them; or only waits.
Deno.serve(async (request) => {
  const { rows, wait } = await request.json();
  if (wait) {
    console.log(`waiting ${request.headers.get("x-request-id")}`);
    await new Promise((go) => setTimeout(go, wait));
  }
  const key = Deno.env.get("SUPABASE_SERVICE_ROLE_KEY")!;
  const answer = await fetch(`${Deno.env.get("SUPABASE_URL")}/rest/v1/counted`, {
    method: "POST",
    headers: { apikey: key, authorization: `Bearer ${key}`, "content-type": "application/json" },
    body: JSON.stringify(rows),
  });
  return new Response(await answer.text(), { status: answer.status });
});
"""
BUSY = """
// Answers nobody, and listens to nothing.
Deno.serve(() => {
  console.log("busy");
  while (true);
});
"""


def write(folder: Path, name: str, text: str) -> None:
    (folder / name).mkdir(exist_ok=True)
    (folder / name / "index.ts").write_text(text)


def processes(platform: int) -> list[psutil.Process]:
    """Of Deno, living or dead, that the platform has started."""
    return [child for child in psutil.Process(platform).children() if still(child, is_deno)]


def serving(platform: int, name: str) -> list[psutil.Process]:
    def serves(process: psutil.Process) -> bool:
        return process.status() != psutil.STATUS_ZOMBIE and f"/{name}/" in " ".join(process.cmdline())

    return [process for process in processes(platform) if still(process, serves)]


def is_deno(process: psutil.Process) -> bool:
    return "deno" in process.name()


def still(process: psutil.Process, so: Callable[[psutil.Process], bool]) -> bool:
    """Not of one that is gone."""
    try:
        return so(process)
    except psutil.NoSuchProcess:
        return False


@pytest.fixture
def counted(stack: Stack) -> Iterator[psycopg.Connection]:
    """The table, and a function that writes into it; skipped with another folder of functions."""
    write(stack.settings.functions, NAME, WRITES)
    with counting.counted_table(stack) as connection, counting.client(stack) as http:
        try:
            if http.post(f"/functions/v1/{NAME}", json={"rows": []}).status_code == httpx.codes.NOT_FOUND:
                pytest.skip("functions are served from elsewhere")
            yield connection
        finally:
            connection.execute("drop table counted")


def call(http: httpx.Client, request: str, wait: int = 0) -> httpx.Response:
    rows = [{"request": request, "n": n} for n in range(counting.ROWS)]
    headers = {"x-request-id": request}
    return http.post(f"/functions/v1/{NAME}", json={"rows": rows, "wait": wait}, headers=headers)


def kill(stack: Stack) -> None:
    """Every process of the function, as soon as there is one."""
    until(lambda: serving(stack.pid("platform"), NAME))
    for process in serving(stack.pid("platform"), NAME):
        with suppress(psutil.NoSuchProcess):
            process.kill()


class Neighbour(threading.Thread):
    """Calls another function all the while."""

    def __init__(self, stack: Stack) -> None:
        super().__init__(daemon=True)
        self._stack = stack
        self.ended = False
        self.answers: list[tuple[int, str]] = []

    def run(self) -> None:
        with counting.client(self._stack) as http:
            while not self.ended:
                response = http.post("/functions/v1/hello", json={"name": "+ & 🎬"})
                self.answers.append((response.status_code, response.text))


@pytest.mark.soak
@pytest.mark.parametrize("turn", range(ROUNDS))
def test_killed_function_writes_nothing_twice_or_half_and_delays_no_other(
    stack: Stack, counted: psycopg.Connection, turn: int
) -> None:
    traffic, neighbour = Traffic(stack, call), Neighbour(stack)
    neighbour.start()
    for _ in range(KILLS):
        traffic.during(lambda: kill(stack))
    neighbour.ended = True
    neighbour.join(120)
    rows = traffic.check(counted)
    assert counting.ROWS * traffic.well <= rows.total()
    for request, response in traffic.answers.items():
        assert response is None or response.headers["x-request-id"] == request
        if response and not response.is_success:
            assert (response.status_code, response.json()["code"]) == (500, "WORKER_ERROR")
            assert response.json()["request_id"] == request
    assert set(neighbour.answers) == {(200, '{"message":"Hello + & 🎬!"}')}
    until(lambda: len(serving(stack.pid("platform"), NAME)) == 1)
    until(lambda: not dead(stack))


def dead(stack: Stack) -> list[psutil.Process]:
    """Zombies: ended processes that were not waited for."""
    return [one for one in processes(stack.pid("platform")) if still(one, is_dead)]


def is_dead(process: psutil.Process) -> bool:
    return process.status() == psutil.STATUS_ZOMBIE


@pytest.mark.soak
@pytest.mark.parametrize("turn", range(ROUNDS))
def test_caller_of_a_killed_function_gets_an_error_with_request_id(
    stack: Stack, counted: psycopg.Connection, turn: int
) -> None:
    log = stack.settings.logs / f"functions-{NAME}.log"
    request = str(uuid.uuid4())
    with ThreadPoolExecutor() as pool, counting.client(stack) as http:
        waiting = pool.submit(call, http, request, 100_000)
        until(lambda: f"waiting {request}" in log.read_text())
        kill(stack)
        response = waiting.result()
        assert (response.status_code, response.json()["code"]) == (500, "WORKER_ERROR")
        assert response.json()["request_id"] == response.headers["x-request-id"] == request
        assert call(http, str(uuid.uuid4())).status_code == httpx.codes.CREATED
    query = "select count(*) from counted where request = %s"
    assert counted.execute(query, [request]).fetchone() == (0,)


@pytest.mark.soak
def test_functions_end_with_a_killed_platform_and_the_stack(
    own: Own, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    folder = tmp_path / "functions"
    folder.mkdir()
    write(folder, "idle", "Deno.serve(() => new Response('here'));")
    write(folder, "busy", BUSY)
    monkeypatch.setenv("FUNCTIONS_DIR", str(folder))
    own.run("up")
    environment = (own.directory / ".env.local").read_text()
    key = environment.split("SUPABASE_ANON_KEY=")[1].split()[0]
    log = own.settings.log("functions-busy")

    def started(times: int) -> list[psutil.Process]:
        """Both functions, called; one of them never answers."""
        url, headers = f"http://127.0.0.1:{own.port}/functions/v1", {"authorization": f"Bearer {key}"}
        until(lambda: httpx.get(f"{url}/idle", headers=headers, timeout=60).text == "here")
        with pytest.raises(httpx.ReadTimeout):
            httpx.get(f"{url}/busy", headers=headers, timeout=3)
        until(lambda: log.exists() and log.read_text().count("busy") == times)
        platform = own.state().parts["platform"].pid
        assert platform
        workers = processes(platform)
        assert len(workers) == 2
        return workers

    first = started(times=1)
    platform = own.state().parts["platform"].pid
    assert platform
    os.kill(platform, signal.SIGKILL)
    until(lambda: all_gone(first))
    until(lambda: own.state().ready and own.works())
    second = started(times=2)
    own.run("down")
    until(lambda: all_gone(second))


def all_gone(processes: list[psutil.Process]) -> bool:
    return not any(one.is_running() and still(one, lambda one: not is_dead(one)) for one in processes)
