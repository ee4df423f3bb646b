"""python -m local COMMAND: up, down, status, logs, reset, psql, run, env."""

import argparse
import os
import shlex
import sys
from collections.abc import Sequence
from typing import NoReturn

from rich.console import Console
from rich.table import Table

from local import commands, config, exits, external_servers, keys, services, settings, stack_plan, state
from local.postgres import binaries, cluster

NOT_RUNNING = "the stack does not run: start it by `make up`"
console = Console(highlight=False, soft_wrap=True)


def say(line: str) -> None:
    console.print(line, markup=False)


class Parser(argparse.ArgumentParser):
    """Raises StackError instead of printing the usage and exiting."""

    def error(self, message: str) -> NoReturn:
        raise settings.StackError(f"{message} (`make help` lists the commands)")


def main() -> int:
    return exits.exit_status(lambda: command(sys.argv[1:]))


def command(words: Sequence[str]) -> int:
    arguments = _parser().parse_args(words)
    forget_other_stacks()
    at = settings.load()
    if arguments.run is not supervise:
        commands.refuse_another_port(at)
    return int(arguments.run(at, arguments) or 0)


def forget_other_stacks() -> None:
    """Unset variables that name another database or project."""
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


def _plan(arguments: argparse.Namespace) -> stack_plan.Plan:
    return stack_plan.read(os.environ, database_only=arguments.only == "database")


def status(at: settings.Settings, _: argparse.Namespace) -> int:
    """Print the status of all services; exit code 0 if all are ready."""
    current = state.read(at) if state.running(at) else None
    if current is None:
        say(NOT_RUNNING)
        return 1
    table = Table(box=None)
    for column in ("part", "status", "pid", "log"):
        table.add_column(column)
    for name, part in current.parts.items():
        location = f"at {part.url}" if part.status in ("elsewhere", "awaited") else at.relative_log(name)
        table.add_row(name, part.status, str(part.pid or ""), location)
    console.print(table)
    say(f"at {at.url}")
    return 0 if current.ready else 1


def logs(at: settings.Settings, arguments: argparse.Namespace) -> int:
    files = [at.log(arguments.part)] if arguments.part else sorted(at.logs.glob("*.log"))
    if not files or not all(path.exists() for path in files):
        there = ", ".join(path.stem for path in sorted(at.logs.glob("*.log")))
        hint = f"there are: {there}" if there else "the stack was never started: `make up`"
        raise settings.StackError(f"there is no log of {arguments.part or 'any part'}; {hint}")
    follow = ["-f"] if arguments.follow else []
    return exits.in_foreground(["tail", "-n", str(arguments.lines), *follow, *files])


def psql(at: settings.Settings, arguments: argparse.Namespace) -> int:
    if not state.running(at):
        raise settings.StackError(NOT_RUNNING)
    program = binaries.install(at.cache) / "psql"
    url = cluster.url(at, keys.load(at.directory), cluster.SUPERUSER if arguments.superuser else "postgres")
    return exits.in_foreground([program, url, *arguments.arguments])


def run(at: settings.Settings, arguments: argparse.Namespace) -> int:
    current = state.read(at) if state.running(at) else None
    if current is None:
        raise settings.StackError(NOT_RUNNING)
    urls = {f"{name.upper()}_URL": part.url for name, part in current.parts.items() if part.url}
    own = {**urls, **services.environment(at, keys.load(at.directory)), **services.model_environment(at)}
    if not arguments.words:
        raise settings.StackError("name the command that is to run")
    return exits.in_foreground(arguments.words, {**os.environ, **own})


def env(at: settings.Settings, arguments: argparse.Namespace) -> None:
    """Print the environment of a real server for a shell. Raises StackError for a wrong service or port."""
    part, port = arguments.part, arguments.port or ""
    if part not in stack_plan.SERVICES or not (port.isascii() and port.isdecimal() and 0 < int(port) < 65536):
        raise settings.StackError(
            "name a part and the port where its server listens, as in `make env PART=storage PORT=5000`; "
            f"the parts are {', '.join(stack_plan.SERVICES)}"
        )
    read = config.load(settings.ROOT)
    needed = external_servers.environment(at, keys.load(at.directory), read, part, int(port))
    for name, value in needed.items():
        say(f"{name}={shlex.quote(value)}")


def supervise(at: settings.Settings, _: argparse.Namespace) -> None:
    commands.supervise(at)


def _show(at: settings.Settings, arguments: argparse.Namespace) -> None:
    for line in services.summary_lines(services.environment(at, keys.load(at.directory)), at.env_file):
        say(line)
    if arguments.only != "database":
        say(f"a page that shows where everything is: {at.url}")


def _parser() -> argparse.ArgumentParser:
    parser = Parser(prog="python -m local", description="The embedded Supabase.")
    subparsers = parser.add_subparsers(required=True, metavar="COMMAND")
    for command, text in (
        (up, "start everything and wait until it answers"),
        (down, "stop everything"),
        (status, "the parts and whether they are ready"),
        (reset, "an empty database, migrations only"),
        (supervise, "run the parts in the foreground"),
    ):
        subparser = subparsers.add_parser(command.__name__, help=text)
        subparser.set_defaults(run=command)
        if command in (up, reset):
            subparser.add_argument("--only", choices=["database"], help="Postgres alone")
    reader = subparsers.add_parser("logs", help="the last lines of the logs")
    reader.add_argument("part", nargs="?")
    reader.add_argument("-f", "--follow", action="store_true")
    reader.add_argument("-n", "--lines", type=int, default=40)
    reader.set_defaults(run=logs)
    runner = subparsers.add_parser("run", help="run a command with the stack's environment")
    runner.add_argument("words", nargs=argparse.REMAINDER, metavar="COMMAND")
    runner.set_defaults(run=run)
    server = subparsers.add_parser(
        "env", help="the environment of a real server that is to be a part of this stack"
    )
    server.add_argument("part", nargs="?", help=", ".join(stack_plan.SERVICES))
    server.add_argument("port", nargs="?", help="where it listens")
    server.set_defaults(run=env)
    shell = subparsers.add_parser("psql", help="a psql in the database, as postgres")
    shell.add_argument("--superuser", action="store_true")
    shell.add_argument("arguments", nargs="*")
    shell.set_defaults(run=psql)
    return parser


if __name__ == "__main__":
    sys.exit(main())
