"""The only module of tools/ that imports local; `make lint` needs neither this one nor a stack."""

from collections.abc import Callable

from local import commands, keys, logs, services, settings, state, temporary_stack
from local import exits as stack_exits
from local.postgres import cluster, migrations
from local.settings import ROOT, Settings, StackError
from local.supervisor import Supervisor
from tools import exits

__all__ = [
    "ROOT",
    "Settings",
    "StackError",
    "Supervisor",
    "cluster",
    "commands",
    "exit_status",
    "in_foreground",
    "keys",
    "logs",
    "migrations",
    "services",
    "settings",
    "state",
    "temporary_stack",
]
in_foreground = stack_exits.in_foreground


def exit_status(run: Callable[[], int]) -> int:
    """Like exits.exit_status, also for errors of the stack and of its database."""
    return stack_exits.exit_status(lambda: exits.exit_status(run))
