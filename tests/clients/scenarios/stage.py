"""Run scenarios with a driver."""

import time
from dataclasses import dataclass
from typing import Any, Protocol

from tests.clients.drivers.weak_line import WeakLine
from tests.clients.scenarios.answers import Answer, fault, filled
from tests.clients.scenarios.language import Call, Scenario, Step
from tests.conftest import Stack

PATIENCE = 60


class Driver(Protocol):
    name: str

    def run(self, client: str, key: str, calls: tuple[Call, ...]) -> Answer: ...
    def close(self) -> None: ...


@dataclass
class Stage:
    """A driver with a stack, and the values kept by steps."""

    driver: Driver
    stack: Stack
    kept: dict[str, Any]
    line: WeakLine | None = None

    def play(self, scenario: Scenario) -> None:
        try:
            for number, step in enumerate(scenario.steps, 1):
                fault = self.fault(step)
                assert fault is None, f"step {number}, {step.actor}.{_as_text(step)}: {fault}"
        finally:
            for step in scenario.after:
                self.fault(step)

    def fault(self, step: Step) -> str | None:
        end = time.monotonic() + PATIENCE
        while True:
            message = fault(step, self.answer(step), self.kept)
            if message is None or not step.patient or time.monotonic() > end:
                return message
            time.sleep(0.1)

    def answer(self, step: Step) -> Answer:
        calls = filled(step.calls, self.kept)
        if step.actor == "line" and self.line:
            for sent in calls[0][1]:
                self.line.cut_after(sent)
            return Answer(self.line.cuts)
        key = self.stack.service_role_key if step.actor == "service" else self.stack.anon_key
        name = f"{step.actor} {self.kept['run']}" if "guest" in step.actor else step.actor
        return self.driver.run(name, key, calls)


def _as_text(step: Step) -> str:
    return ".".join(name if words is None else f"{name}{words!r}"[:300] for name, words in step.calls)
