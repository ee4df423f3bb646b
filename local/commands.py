"""up, down and reset. Each can be repeated, and ends in a working stack or one clear sentence."""

import os
import shutil
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import suppress

from local import config, external_servers, keys, logs, services, stack_plan, state
from local.ports import listening
from local.postgres import binaries, cluster, migrations
from local.rest.build import BuildError, build
from local.settings import ROOT, Settings, StackError, last_port, load
from local.stack_plan import Plan
from local.supervisor import Report, Supervisor

UP_WITHIN = 120.0
SILENT = 10.0
"""Seconds between two reports of a long step."""
LAST_LINES = 3
MIGRATIONS = ROOT / "supabase" / "migrations"
Say = Callable[[str], None]


def up(settings: Settings, wanted: Plan, say: Say) -> None:
    """Start what is not running and wait until every service responds."""
    with state.turn(settings):
        refuse_another_port(settings)
        prepare(settings, say)
        if not state.running(settings):
            if left := state.end_orphans(settings):
                say(f"ended what an earlier run left behind: {', '.join(left)}")
            _refuse_taken_ports(settings)
            _rotate_logs(settings)
            cluster.make(settings, keys.load(settings.directory), binaries.install(settings.cache))
            stack_plan.save(settings, wanted)
            _save_port(settings)
            launch(settings)
        elif not wanted.database_only:
            _replan(settings, wanted, say)
        wait(settings, say)
        write_env(settings, services.environment(settings, keys.load(settings.directory)))
    if not wanted.database_only and (done := migrate(settings)):
        say(f"applied {len(done)} migrations")


def prepare(settings: Settings, say: Say) -> None:
    """Create what is created once: the REST server, Postgres's programs in the cache, the keys."""
    try:
        build(settings.cache, say)
    except BuildError as error:
        raise StackError(str(error)) from error
    binaries.install(settings.cache)
    binaries.system_user()
    settings.logs.mkdir(parents=True, exist_ok=True)
    keys.load(settings.directory)
    config.load(ROOT)


def refuse_another_port(settings: Settings) -> None:
    """Raises StackError if the stack runs on another port than in these settings."""
    port = last_port(settings.directory)
    if port not in (None, settings.port) and state.running(settings):
        raise StackError(
            f"the stack of {os.path.relpath(settings.directory)} runs on port {port}, not {settings.port}: "
            "leave LOCAL_PORT out, or stop it first by `make down`"
        )


def down(settings: Settings) -> bool:
    """Stop the stack. False if nothing ran."""
    running = state.running(settings)
    # A supervisor that has just started has not written its state yet.
    otherwise = "the supervisor does not begin"
    _until(lambda: state.read(settings) is not None or not state.running(settings), 60, otherwise)
    if running and (current := state.read(settings)):
        with suppress(ProcessLookupError):
            os.kill(current.supervisor, signal.SIGTERM)
        _until(lambda: not state.running(settings), 60, "the stack did not stop within a minute")
    return bool(state.end_orphans(settings)) or running


def reset(settings: Settings, wanted: Plan, say: Say) -> None:
    """Start with an empty, migrated database; keys and ports stay."""
    down(settings)
    cluster.remove(settings)
    shutil.rmtree(settings.files, ignore_errors=True)
    up(settings, wanted, say)


def migrate(settings: Settings, report: Say = lambda _: None) -> list[str]:
    return migrations.apply(cluster.url(settings, keys.load(settings.directory)), MIGRATIONS, report)


def supervise(settings: Settings) -> None:
    """Run the supervisor."""
    with state.lock(settings) as free:
        if not free:
            raise StackError("another supervisor has this stack")
        logs.set_up()
        os.environ["LOCAL_DIR"] = str(settings.directory)
        for name in stack_plan.STARTED_WITH:
            os.environ.pop(name, None)
        programs = binaries.install(settings.cache)
        secrets = keys.load(settings.directory)

        def prepare_database() -> None:
            cluster.make_database(settings, secrets, stack_plan.load(settings).elsewhere)

        def real_servers(_: Report) -> list[services.Service]:
            wanted = stack_plan.load(settings)
            return [] if wanted.database_only else external_servers.services(settings, secrets, wanted)

        def own_services(report: Report) -> list[services.Service]:
            wanted = stack_plan.load(settings)
            if wanted.database_only:
                return []
            migrate(settings, lambda name: report(f"applying {name}"))
            rest = build(settings.cache, lambda _: None)
            planned = load({**os.environ, **wanted.variables})
            return services.own_services(planned, secrets, config.load(ROOT), wanted, rest)

        first = services.postgres(settings, secrets, programs, prepare_database)
        Supervisor(settings, first, real_servers, own_services).run()
        settings.state.unlink(missing_ok=True)


def launch(settings: Settings, module: str = "local") -> None:
    """Start `python -m MODULE supervise`, which outlives this process."""
    with settings.log("supervisor").open("ab") as log:
        process = subprocess.Popen(
            [sys.executable, "-m", module, "supervise"],
            cwd=ROOT,
            stdin=subprocess.DEVNULL,
            stdout=log,
            stderr=log,
            start_new_session=True,
        )
    _until(
        lambda: state.running(settings) or process.poll() is not None,
        60,
        f"the supervisor did not start. Its log: {settings.relative_log('supervisor')}",
    )


def _replan(settings: Settings, wanted: Plan, say: Say) -> None:
    """Restart all services but Postgres if the plan has changed."""
    current = state.read(settings)
    if current and current.plan != wanted:
        stack_plan.save(settings, wanted)
        os.kill(current.supervisor, signal.SIGHUP)
        say("restarting the parts: other servers or settings are given than before")


def wait(settings: Settings, say: Say) -> None:
    """Wait until every service is ready, and report each. Raises StackError."""
    news, shown, wanted = time.monotonic(), set[str](), stack_plan.load(settings)
    current: state.State | None = None
    while time.monotonic() - news < UP_WITHIN:
        latest = state.read(settings)
        current = latest if latest and latest.plan == wanted else None
        for line in _lines(settings, current):
            if line not in shown:
                shown.add(line)
                say(line)
                news = time.monotonic()
        if current and current.doing and time.monotonic() - news > SILENT:
            news = time.monotonic()
            say(current.doing)
        if current and current.failure:
            down(settings)
            raise StackError("\n".join([current.failure, *_last_words(settings, current)]))
        if current and current.ready:
            return
        if not state.running(settings):
            raise StackError(
                f"the stack ended while starting. Its log: {settings.relative_log('supervisor')}"
            )
        time.sleep(0.1)
    if awaited := list(_awaited(settings, current)):
        raise StackError(
            f"still waiting after {UP_WITHIN:.0f} s: {'; '.join(awaited)}. Postgres goes on running: "
            "start what is missing, and `make up` again (local/docs/real-servers.md)"
        )
    waiting = (
        ", ".join(name for name, service in current.parts.items() if not service.good) if current else "all"
    )
    down(settings)
    raise StackError(f"not ready after {UP_WITHIN:.0f} s: {waiting}. Logs: {os.path.relpath(settings.logs)}")


def _lines(settings: Settings, current: state.State | None) -> Iterator[str]:
    """Lines about the services, each to be reported once."""
    for name, service in (current.parts if current else {}).items():
        if service.status == "ready":
            yield f"{name} is ready"
        elif service.status == "elsewhere":
            yield f"{name} is at {service.url}"
    for line in _awaited(settings, current):
        yield f"waiting: {line}"


def _last_words(settings: Settings, current: state.State) -> Iterator[str]:
    """The last log lines of failed services."""
    for name, service in current.parts.items():
        if service.status == "failed" and settings.log(name).exists():
            yield from settings.log(name).read_text(errors="replace").splitlines()[-LAST_LINES:]


def _awaited(settings: Settings, current: state.State | None) -> Iterator[str]:
    """External servers that are not ready, with the reason."""
    for name, service in (current.parts if current else {}).items():
        if service.status == "awaited" and service.url:
            if reason := external_servers.lacking(settings, keys.load(settings.directory), name, service.url):
                yield f"{name}: {reason}"


def _until(condition: Callable[[], bool], seconds: float, otherwise: str) -> None:
    end = time.monotonic() + seconds
    while not condition():
        if time.monotonic() > end:
            raise StackError(otherwise)
        time.sleep(0.05)


def _refuse_taken_ports(settings: Settings) -> None:
    for port in (settings.port, settings.postgres_port):
        if listening(port):
            raise StackError(
                f"port {port} is in use by another program: stop it, or choose another, as in "
                f"`make up LOCAL_PORT=55321` (the stack takes that port and the next)"
            )


def _save_port(settings: Settings) -> None:
    half_written = settings.port_file.with_suffix(".new")
    half_written.write_text(f"{settings.port}\n")
    half_written.replace(settings.port_file)


def _rotate_logs(settings: Settings) -> None:
    for log in settings.logs.glob("*.log"):
        if log.stat().st_size > 10_000_000:
            log.replace(log.with_suffix(".log.1"))


def write_env(settings: Settings, environment: Mapping[str, str]) -> None:
    """Write the variables for clients and workers, readable only by the owner."""
    lines = [f"{name}={value}" for name, value in environment.items()]
    half_written = settings.env_file.with_name(".env.local.new")
    half_written.touch(mode=0o600)
    half_written.write_text("\n".join(lines) + "\n")
    shutil.move(half_written, settings.env_file)
