"""Run Supabase's own stack in Docker instead of the embedded one: `make up STACK=supabase`.

    python -m tools.supabase_stack up | down | status | reset | run COMMAND

Supabase's command line starts and stops the stack by supabase/config.toml; a supervisor runs the Procfile's
workers beside it.
"""

import json
import os
import shutil
import subprocess
import sys

from rich.console import Console

from tools import cli, stack
from tools.stack import Settings, StackError, Supervisor, commands, logs, services, settings, state

NAMES = {
    "SUPABASE_URL": "API_URL",
    "SUPABASE_ANON_KEY": "ANON_KEY",
    "SUPABASE_SERVICE_ROLE_KEY": "SERVICE_ROLE_KEY",
    "SUPABASE_JWT_SECRET": "JWT_SECRET",
    "DATABASE_URL": "DB_URL",
}
"""Our environment variables, and the names of their values in the output of `supabase status`."""
FIRST_PORT = 14331
"""The first worker's port, below the range of outgoing connections."""
console = Console(highlight=False, soft_wrap=True)


def main() -> int:
    command, *words = sys.argv[1:] or ["status"]
    if command != "supervise":
        os.environ["LOCAL_DIR"] = f"{os.environ.get('LOCAL_DIR') or settings.ROOT / '.local'}-supabase"
    return stack.exit_status(lambda: run(settings.load(), command, words))


def run(at: Settings, command: str, words: list[str]) -> int:
    """Run a command; returns the exit status. Raises StackError."""
    match command:
        case "up":
            up(at)
        case "down":
            commands.down(at)
            do("stop")
        case "status":
            do("status")
        case "reset":
            do("db", "reset", "--yes")
        case "run":
            return stack.in_foreground(words, {**os.environ, **environment_of(at)})
        case "supervise":
            supervise(at)
        case _:
            raise StackError(f"`{command}` is for the embedded stack: leave STACK=supabase out")
    return 0


def up(at: Settings) -> None:
    do("start")
    do("migration", "up", "--yes")
    with state.turn(at):
        at.logs.mkdir(parents=True, exist_ok=True)
        if not state.running(at):
            state.end_orphans(at)
            commands.launch(at, "tools.supabase_stack")
        commands.wait(at, console.print)
    environment = environment_of(at)
    commands.write_env(at, environment)
    for line in services.summary_lines(environment, at.env_file):
        console.print(line, markup=False)


def do(*words: str) -> None:
    """Run a command of Supabase's command line, which shows its own errors. Raises StackError if it fails."""
    need_docker()
    if cli.show(*words):
        raise StackError(f"supabase_failed: `supabase {' '.join(words)}` did not succeed")


def need_docker() -> None:
    """Raises StackError unless Docker responds, or Podman if Docker is not installed."""
    program = next((name for name in ("docker", "podman") if shutil.which(name)), None)
    if program and not subprocess.run([program, "info"], capture_output=True, check=False).returncode:
        return
    lacks = f"`{program} info` fails" if program else "there is neither docker nor podman"
    raise StackError(
        f"docker_unavailable: {lacks}, and Supabase's own stack runs in Docker or Podman. Start it, or leave "
        "STACK=supabase out: the embedded stack needs neither"
    )


def environment_of(at: Settings) -> dict[str, str]:
    """The variables that clients and workers of this stack need, with the workers' URLs."""
    need_docker()
    done = cli.run("status", "-o", "json", project=settings.ROOT)
    try:
        status = json.loads(done.stdout)
        variables = {name: status[theirs] for name, theirs in NAMES.items()}
    except (ValueError, KeyError) as error:
        raise StackError(f"supabase_failed: `supabase status` says: {done.stderr.strip()}") from error
    urls = {f"{name.upper()}_URL": url for name, url in addresses().items()}
    return variables | urls | {"DEMO_SEARCH_URL": urls["SEARCH_URL"]} | services.model_environment(at)


def addresses() -> dict[str, str]:
    return {name: services.local_url(port) for port, name in enumerate(services.procfile(), FIRST_PORT)}


def supervise(at: Settings) -> None:
    """The process that runs the workers."""
    with state.lock(at) as free:
        if not free:
            raise StackError("another supervisor has these workers")
        logs.set_up()
        first, *others = services.products(addresses(), environment_of(at))
        Supervisor(at, first, lambda _: others).run()
        at.state.unlink(missing_ok=True)


if __name__ == "__main__":
    sys.exit(main())
