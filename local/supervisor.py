"""One process that starts the parts in order, watches them, brings back what fell, and stops them."""

import logging
import os
import signal
import subprocess
import time
from collections.abc import Callable
from concurrent.futures import Future, ThreadPoolExecutor
from contextlib import suppress
from dataclasses import dataclass

from local import plan, state
from local.parts import Part
from local.settings import ROOT, Settings, StackError

TICK = 0.1
"""Seconds between two looks at the processes."""
CHECK_EVERY = 5.0
ASK_EVERY = 0.5
"""Seconds between two looks at a server elsewhere that does not answer yet."""
START_WITHIN = 60.0
HANGS_AFTER = 30.0
"""Seconds without an answer after which a running part is ended and started again."""
TRIES = 5
"""Falls in a row, before a part was ever ready, that make it failed."""
STOP_WITHIN = 10.0


@dataclass
class Watched:
    part: Part
    process: subprocess.Popen[bytes] | None = None
    ready: bool = False
    prepared: bool = False
    failed: bool = False
    recovers: bool = False
    falls: int = 0
    start_at: float = 0.0
    answered_at: float = 0.0
    checked_at: float = 0.0

    @property
    def pid(self) -> int | None:
        return self.process.pid if self.process else None

    @property
    def status(self) -> str:
        if self.part.command is None:
            return "elsewhere" if self.ready else "awaited"
        if self.failed:
            return "failed"
        if self.ready:
            return "ready"
        return "starting" if self.process else "waiting"


log = logging.getLogger(__name__)
Tell = Callable[[str], None]
Stage = Callable[[Tell], list[Part]]


class Supervisor:
    def __init__(self, settings: Settings, first: Part, *stages: Stage) -> None:
        """Each of `stages` is asked for its parts when all before it are prepared: they need the database.

        A stage may take its time, as for migrations, and tell what it is at: the parts are watched meanwhile.
        """
        self.settings, self.stages = settings, stages
        self.watched = [Watched(first)]
        self.plan = plan.load(settings)
        self.reached = 0
        self.reaching: Future[list[Part]] | None = None
        self.doing: str | None = None
        self.stopping = False
        self.replanned = False
        self.failure: str | None = None
        self.written: object = None

    def run(self) -> None:
        """Until SIGTERM or SIGINT. SIGHUP: the plan is another, and all but the first part start anew."""
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
                        self._look(watched)
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
        self.plan = plan.load(self.settings)

    def _reach(self, stages: ThreadPoolExecutor) -> None:
        """Have the next stage begin, or take what the last one gave."""
        if self.reaching and self.reaching.done():
            reached, self.reaching, self.doing = self.reaching, None, None
            self.reached += 1
            try:
                self.watched += [Watched(part) for part in reached.result()]
            except Exception as error:
                self.failure = _why("a stage failed", error)
        ready = self.failure is None and all(watched.prepared for watched in self.watched)
        if ready and self.reaching is None and self.reached < len(self.stages):
            self.reaching = stages.submit(self.stages[self.reached], self._tell)

    def _tell(self, doing: str) -> None:
        self.doing = doing

    def _look(self, watched: Watched) -> None:
        now = time.monotonic()
        if watched.part.command is None:
            if now - watched.checked_at >= (CHECK_EVERY if watched.ready else ASK_EVERY):
                self._ask(watched, now)
        elif watched.process is None:
            if not watched.failed and now >= watched.start_at:
                self._start(watched, now)
        elif watched.process.poll() is not None:
            self._fell(watched, now, f"ended with exit code {watched.process.returncode}")
        elif now - watched.checked_at >= (CHECK_EVERY if watched.ready else TICK):
            self._check(watched, now)

    def _ask(self, watched: Watched, now: float) -> None:
        """Of a server that others start and stop it is only known whether it answers."""
        watched.checked_at = now
        watched.ready = watched.part.ready()
        watched.prepared |= watched.ready

    def _start(self, watched: Watched, now: float) -> None:
        try:
            watched.process = self._spawn(watched.part)
        except OSError as error:
            self._fail(watched, _why(f"{watched.part.name} does not start", error))
        watched.answered_at = now
        # At once: who ends what a killed supervisor leaves behind must know of it.
        self._write()

    def _spawn(self, part: Part) -> subprocess.Popen[bytes]:
        self.settings.logs.mkdir(parents=True, exist_ok=True)
        with self.settings.log(part.name).open("ab") as log:
            return subprocess.Popen(
                part.command or [],
                env=os.environ | part.environment,
                cwd="/" if part.user else ROOT,
                user=part.user,
                extra_groups=[] if part.user else None,
                stdin=subprocess.DEVNULL,
                stdout=log,
                stderr=log,
                process_group=0,
            )

    def _check(self, watched: Watched, now: float) -> None:
        watched.checked_at = now
        watched.recovers = not (ready := watched.part.ready()) and watched.part.recovers()
        if ready or watched.recovers:
            watched.answered_at = time.monotonic()
        if ready and not watched.ready:
            self._became_ready(watched)
        elif now - watched.answered_at > (HANGS_AFTER if watched.ready else START_WITHIN):
            self._kill(watched)
            self._fell(watched, now, "did not answer")

    def _became_ready(self, watched: Watched) -> None:
        try:
            watched.part.prepare()
        except Exception as error:
            self._fail(watched, _why(f"{watched.part.name} cannot be prepared", error))
        else:
            watched.ready, watched.prepared, watched.falls = True, True, 0

    def _fell(self, watched: Watched, now: float, why: str) -> None:
        """What the part had started goes with it: nobody else would end it."""
        if watched.process:
            with suppress(ProcessLookupError):
                os.killpg(watched.process.pid, signal.SIGKILL)
        watched.process, watched.ready, watched.recovers = None, False, False
        watched.falls += 1
        if watched.falls >= TRIES and not watched.prepared:
            self._fail(watched, why)
        watched.start_at = now + min(0.2 * 2**watched.falls, 5.0)

    def _fail(self, watched: Watched, why: str) -> None:
        watched.failed = True
        self.failure = f"{watched.part.name} failed: {why}. Its log: {self.settings.shown(watched.part.name)}"

    def _kill(self, watched: Watched) -> None:
        if watched.process:
            os.killpg(watched.process.pid, signal.SIGKILL)
            watched.process.wait()

    def _end(self, all_watched: list[Watched]) -> None:
        end = time.monotonic() + STOP_WITHIN
        for watched in all_watched:
            if watched.process:
                watched.process.send_signal(signal.Signals[watched.part.stop_signal])
        for watched in all_watched:
            try:
                if watched.process:
                    watched.process.wait(max(end - time.monotonic(), 0.1))
            except subprocess.TimeoutExpired:
                self._kill(watched)

    def _write(self) -> None:
        parts = {
            watched.part.name: state.PartState(
                watched.status, watched.pid, watched.part.url, watched.part.health
            )
            for watched in self.watched
        }
        whole = all(watched.ready for watched in self.watched) and self.reached == len(self.stages)
        recovering = [watched.part.name for watched in self.watched if watched.recovers]
        doing = self.doing or next((f"{name} recovers from a crash" for name in recovering), None)
        current = state.State(os.getpid(), whole, self.failure, parts, self.plan, doing)
        if current != self.written:
            state.write(self.settings, current)
            self.written = current


def _why(event: str, error: Exception) -> str:
    """In words for a person; the supervisor's log has the traceback."""
    log.error(event, exc_info=error)
    return str(error) if isinstance(error, StackError | OSError) else f"{type(error).__name__}: {error}"
