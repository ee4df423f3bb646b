"""python -m local COMMAND: up, down, status, logs, reset, psql, run, env."""

import argparse
import os
import shlex
import subprocess
import sys

from rich.console import Console
from rich.markup import escape
from rich.table import Table

from local import commands, config, elsewhere, keys, parts, plan, settings, state
from local.postgres import binaries, cluster

console = Console(highlight=False, soft_wrap=True)


def say(line: str) -> None:
    console.print(line, markup=False)


def main() -> int:
    arguments = _parser().parse_args()
    forget_other_stacks()
    try:
        return int(arguments.run(settings.load(), arguments) or 0)
    except settings.StackError as error:
        Console(stderr=True, soft_wrap=True).print(f"[red]error:[/red] {escape(str(error))}", highlight=False)
        return 1


def forget_other_stacks() -> None:
    """What would lead this process or a part of the stack to another database or project."""
    for name in [name for name in os.environ if name.startswith(("PG", "DATABASE_URL", "SUPABASE_"))]:
        del os.environ[name]


def up(at: settings.Settings, arguments: argparse.Namespace) -> None:
    commands.up(at, _plan(arguments), say)
    _show(at, arguments)


def down(at: settings.Settings, _: argparse.Namespace) -> None:
    say("stopped" if commands.down(at) else "nothing was running")


def reset(at: settings.Settings, arguments: argparse.Namespace) -> None:
    commands.reset(at, _plan(arguments), say)
    _show(at, arguments)


def _plan(arguments: argparse.Namespace) -> plan.Plan:
    return plan.read(os.environ, database_only=arguments.only == "database")


def status(at: settings.Settings, _: argparse.Namespace) -> int:
    """Exit code 0 when everything is ready."""
    current = state.read(at) if state.running(at) else None
    if current is None:
        say("not running; start it with `make up`")
        return 1
    table = Table(box=None)
    for column in ("part", "status", "pid", "log"):
        table.add_column(column)
    for name, part in current.parts.items():
        place = f"at {part.url}" if part.status in ("elsewhere", "awaited") else at.shown(name)
        table.add_row(name, part.status, str(part.pid or ""), place)
    console.print(table)
    say(f"at {at.url}")
    return 0 if current.ready else 1


def logs(at: settings.Settings, arguments: argparse.Namespace) -> int:
    found = [at.log(arguments.part)] if arguments.part else sorted(at.logs.glob("*.log"))
    if not found or not all(path.exists() for path in found):
        there = ", ".join(path.stem for path in sorted(at.logs.glob("*.log"))) or "none"
        raise settings.StackError(f"no such log; there are: {there}")
    follow = ["-f"] if arguments.follow else []
    return subprocess.run(["tail", "-n", str(arguments.lines), *follow, *found], check=False).returncode


def psql(at: settings.Settings, arguments: argparse.Namespace) -> int:
    if not state.running(at):
        raise settings.StackError("not running; start it with `make up`")
    program = binaries.install(at.cache) / "psql"
    url = cluster.url(at, keys.load(at.directory), cluster.SUPERUSER if arguments.superuser else "postgres")
    return subprocess.run([program, url, *arguments.arguments], check=False).returncode


def run(at: settings.Settings, arguments: argparse.Namespace) -> int:
    current = state.read(at) if state.running(at) else None
    if current is None:
        raise settings.StackError("not running; start it with `make up`")
    urls = {f"{name.upper()}_URL": part.url for name, part in current.parts.items() if part.url}
    own = {**urls, **parts.environment(at, keys.load(at.directory)), **parts.model_environment(at)}
    return subprocess.run(arguments.words, env={**os.environ, **own}, check=False).returncode


def env(at: settings.Settings, arguments: argparse.Namespace) -> None:
    """As a shell reads it."""
    found = config.load(settings.ROOT)
    needed = elsewhere.environment(at, keys.load(at.directory), found, arguments.part, arguments.port)
    for name, value in needed.items():
        say(f"{name}={shlex.quote(value)}")


def supervise(at: settings.Settings, _: argparse.Namespace) -> None:
    commands.supervise(at)


def _show(at: settings.Settings, arguments: argparse.Namespace) -> None:
    say("")
    for name, value in parts.environment(at, keys.load(at.directory)).items():
        say(f"{name}={value}")
    say(f"\nwritten to {os.path.relpath(at.env_file)}")
    if arguments.only != "database":
        say(f"a page that shows where everything is: {at.url}")


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="python -m local", description="The embedded Supabase.")
    found = parser.add_subparsers(required=True, metavar="COMMAND")
    for command, text in (
        (up, "start everything and wait until it answers"),
        (down, "stop everything"),
        (status, "the parts and whether they are ready"),
        (reset, "an empty database, migrations only"),
        (supervise, "run the parts in the foreground"),
    ):
        made = found.add_parser(command.__name__, help=text)
        made.set_defaults(run=command)
        if command in (up, reset):
            made.add_argument("--only", choices=["database"], help="Postgres alone")
    reader = found.add_parser("logs", help="the last lines of the logs")
    reader.add_argument("part", nargs="?")
    reader.add_argument("-f", "--follow", action="store_true")
    reader.add_argument("-n", "--lines", type=int, default=40)
    reader.set_defaults(run=logs)
    runner = found.add_parser("run", help="run a command with the stack's environment")
    runner.add_argument("words", nargs=argparse.REMAINDER, metavar="COMMAND")
    runner.set_defaults(run=run)
    server = found.add_parser(
        "env", help="the environment of a real server that is to be a part of this stack"
    )
    server.add_argument("part", choices=plan.PARTS)
    server.add_argument("port", type=int, help="where it listens")
    server.set_defaults(run=env)
    shell = found.add_parser("psql", help="a psql in the database, as postgres")
    shell.add_argument("--superuser", action="store_true")
    shell.add_argument("arguments", nargs="*")
    shell.set_defaults(run=psql)
    return parser


if __name__ == "__main__":
    sys.exit(main())
