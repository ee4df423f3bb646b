"""One process that starts the services in order, watches them, restarts what crashed, and stops them."""

import logging
import os
import signal
import subprocess
import time
from collections.abc import Callable
from concurrent.futures import Future, ThreadPoolExecutor
from contextlib import suppress
from dataclasses import dataclass

from local import stack_plan, state
from local.services import Service
from local.settings import ROOT, Settings, StackError

TICK = 0.1
"""Seconds between two checks of the processes."""
CHECK_EVERY = 5.0
POLL_EVERY = 0.5
"""Seconds between two requests to an external server that does not respond yet."""
START_WITHIN = 60.0
HANGS_AFTER = 30.0
"""Seconds without a response after which a running service is restarted."""
ATTEMPTS = 5
"""Crashes in a row, before a service was ever ready, after which it has failed."""
STOP_WITHIN = 10.0


@dataclass
class Watched:
    service: Service
    process: subprocess.Popen[bytes] | None = None
    ready: bool = False
    prepared: bool = False
    failed: bool = False
    recovers: bool = False
    crashes: int = 0
    start_at: float = 0.0
    answered_at: float = 0.0
    checked_at: float = 0.0

    @property
    def pid(self) -> int | None:
        return self.process.pid if self.process else None

    @property
    def status(self) -> str:
        if self.service.command is None:
            return "elsewhere" if self.ready else "awaited"
        if self.failed:
            return "failed"
        if self.ready:
            return "ready"
        return "starting" if self.process else "waiting"


log = logging.getLogger(__name__)
Report = Callable[[str], None]
Stage = Callable[[Report], list[Service]]


class Supervisor:
    def __init__(self, settings: Settings, first: Service, *stages: Stage) -> None:
        """`first` is the database. Each stage returns its services once all earlier ones are prepared.

        A stage may take long, as for migrations, and report what it does; the services are watched meanwhile.
        """
        self.settings, self.stages = settings, stages
        self.watched = [Watched(first)]
        self.plan = stack_plan.load(settings)
        self.reached = 0
        self.reaching: Future[list[Service]] | None = None
        self.doing: str | None = None
        self.stopping = False
        self.replanned = False
        self.failure: str | None = None
        self.written: object = None

    def run(self) -> None:
        """Run until SIGTERM or SIGINT. SIGHUP: the plan has changed; restart all but the first service."""
        for number in (signal.SIGTERM, signal.SIGINT):
            signal.signal(number, self._stop)
        signal.signal(signal.SIGHUP, self._replan)
        with ThreadPoolExecutor(max_workers=1) as stages:
            try:
                while not self.stopping:
                    if self.replanned:
                        self._begin_again()
                    self._reach(stages)
                    for watched in self.watched:
                        self._inspect(watched)
                    self._write()
                    time.sleep(TICK)
            finally:
                self._end(self.watched[1:])
                self._end(self.watched[:1])

    def _stop(self, *_: object) -> None:
        self.stopping = True

    def _replan(self, *_: object) -> None:
        self.replanned = True

    def _begin_again(self) -> None:
        self.replanned = False
        self._end(self.watched[1:])
        first = self.watched[0]
        first.ready = first.prepared = first.failed = False
        self.watched, self.reached, self.failure = [first], 0, None
        self.reaching = None
        self.plan = stack_plan.load(self.settings)

    def _reach(self, stages: ThreadPoolExecutor) -> None:
        """Start the next stage, or add the services that the last one returned."""
        if self.reaching and self.reaching.done():
            reached, self.reaching, self.doing = self.reaching, None, None
            self.reached += 1
            try:
                self.watched += [Watched(service) for service in reached.result()]
            except Exception as error:
                self.failure = _why("a stage failed", error)
        ready = self.failure is None and all(watched.prepared for watched in self.watched)
        if ready and self.reaching is None and self.reached < len(self.stages):
            self.reaching = stages.submit(self.stages[self.reached], self._report)

    def _report(self, doing: str) -> None:
        self.doing = doing

    def _inspect(self, watched: Watched) -> None:
        now = time.monotonic()
        if watched.service.command is None:
            if now - watched.checked_at >= (CHECK_EVERY if watched.ready else POLL_EVERY):
                self._check_external(watched, now)
        elif watched.process is None:
            if not watched.failed and now >= watched.start_at:
                self._start(watched, now)
        elif watched.process.poll() is not None:
            self._crashed(watched, now, f"ended with exit code {watched.process.returncode}")
        elif now - watched.checked_at >= (CHECK_EVERY if watched.ready else TICK):
            self._check(watched, now)

    def _check_external(self, watched: Watched, now: float) -> None:
        """Check an external server: the supervisor can see only whether it responds."""
        watched.checked_at = now
        watched.ready = watched.service.ready()
        watched.prepared |= watched.ready

    def _start(self, watched: Watched, now: float) -> None:
        try:
            watched.process = self._spawn(watched.service)
        except OSError as error:
            self._fail(watched, _why(f"{watched.service.name} does not start", error))
        watched.answered_at = now
        # Written at once: the process must be found if this supervisor is killed now.
        self._write()

    def _spawn(self, service: Service) -> subprocess.Popen[bytes]:
        self.settings.logs.mkdir(parents=True, exist_ok=True)
        with self.settings.log(service.name).open("ab") as log:
            return subprocess.Popen(
                service.command or [],
                env=os.environ | service.environment,
                cwd="/" if service.user else ROOT,
                user=service.user,
                extra_groups=[] if service.user else None,
                stdin=subprocess.DEVNULL,
                stdout=log,
                stderr=log,
                process_group=0,
            )

    def _check(self, watched: Watched, now: float) -> None:
        watched.checked_at = now
        watched.recovers = not (ready := watched.service.ready()) and watched.service.recovers()
        if ready or watched.recovers:
            watched.answered_at = time.monotonic()
        if ready and not watched.ready:
            self._became_ready(watched)
        elif now - watched.answered_at > (HANGS_AFTER if watched.ready else START_WITHIN):
            self._kill(watched)
            self._crashed(watched, now, "did not answer")

    def _became_ready(self, watched: Watched) -> None:
        try:
            watched.service.prepare()
        except Exception as error:
            self._fail(watched, _why(f"{watched.service.name} cannot be prepared", error))
        else:
            watched.ready, watched.prepared, watched.crashes = True, True, 0

    def _crashed(self, watched: Watched, now: float, why: str) -> None:
        """Kill also what the service had started: no other process would."""
        if watched.process:
            with suppress(ProcessLookupError):
                os.killpg(watched.process.pid, signal.SIGKILL)
        watched.process, watched.ready, watched.recovers = None, False, False
        watched.crashes += 1
        if watched.crashes >= ATTEMPTS and not watched.prepared:
            self._fail(watched, why)
        watched.start_at = now + min(0.2 * 2**watched.crashes, 5.0)

    def _fail(self, watched: Watched, why: str) -> None:
        watched.failed = True
        log = self.settings.relative_log(watched.service.name)
        self.failure = f"{watched.service.name} failed: {why}. Its log: {log}"

    def _kill(self, watched: Watched) -> None:
        if watched.process:
            os.killpg(watched.process.pid, signal.SIGKILL)
            watched.process.wait()

    def _end(self, all_watched: list[Watched]) -> None:
        end = time.monotonic() + STOP_WITHIN
        for watched in all_watched:
            if watched.process:
                watched.process.send_signal(signal.Signals[watched.service.stop_signal])
        for watched in all_watched:
            try:
                if watched.process:
                    watched.process.wait(max(end - time.monotonic(), 0.1))
            except subprocess.TimeoutExpired:
                self._kill(watched)

    def _write(self) -> None:
        parts = {
            watched.service.name: state.ServiceState(
                watched.status, watched.pid, watched.service.url, watched.service.health
            )
            for watched in self.watched
        }
        whole = all(watched.ready for watched in self.watched) and self.reached == len(self.stages)
        recovering = [watched.service.name for watched in self.watched if watched.recovers]
        doing = self.doing or next((f"{name} recovers from a crash" for name in recovering), None)
        current = state.State(os.getpid(), whole, self.failure, parts, self.plan, doing)
        if current != self.written:
            state.write(self.settings, current)
            self.written = current


def _why(event: str, error: Exception) -> str:
    """The error as a sentence; the log has the traceback."""
    log.error(event, exc_info=error)
    return str(error) if isinstance(error, StackError | OSError) else f"{type(error).__name__}: {error}"
