"""The queue's tasks, registered by the workers that have any."""

from importlib import import_module
from pathlib import Path
from types import ModuleType

from procrastinate import App

from workers.common.database import Pool
from workers.common.queue import open_app
from workers.jobs.settings import Settings, Switch

FOLDER = Path(__file__).resolve().parent
ALWAYS = {"retry_stalled"}
"""The scheduled tasks that run even where scheduled jobs are off."""


def assemble(settings: Settings, database: Pool) -> App:
    app = open_app(settings.database_url)
    for jobs in job_modules():
        jobs.register(app, database, settings)
    if settings.periodic_jobs is Switch.OFF:
        remove_schedules(app)
    return app


def job_modules() -> list[ModuleType]:
    """The module `jobs` of each worker that has one."""
    return [import_module(f"workers.{path.parent.name}.jobs") for path in sorted(FOLDER.glob("*/jobs.py"))]


def remove_schedules(app: App) -> None:
    """Keep the tasks, but schedule only those in ALWAYS."""
    periodic = app.periodic_registry.periodic_tasks
    for key in [key for key, task in periodic.items() if task.task.name not in ALWAYS]:
        del periodic[key]
