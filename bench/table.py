"""Measure times, and write tables of results."""

import re
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from typing import ParamSpec, TypeVar

import numpy as np

Arguments = ParamSpec("Arguments")
Answer = TypeVar("Answer")


@dataclass(frozen=True)
class Table:
    title: str
    text: str
    columns: tuple[str, ...]
    rows: list[tuple[object, ...]] = field(default_factory=list)

    def markdown(self) -> str:
        lines = [f"## {self.title}\n\n{self.text}\n", row(self.columns), "|" + "---|" * len(self.columns)]
        return "\n".join([*lines, *(row(cells) for cells in self.rows)])

    def placed_in(self, report: str) -> str:
        """The report with this table instead of an earlier one of the same title, or at its end."""
        section = re.compile(rf"^## {re.escape(self.title)}\n.*?(?=^## |\Z)", re.MULTILINE | re.DOTALL)
        kept, there = section.subn(lambda _: self.markdown() + "\n\n", report)
        return (kept if there else f"{report.rstrip()}\n\n{self.markdown()}").rstrip() + "\n"


def row(cells: Sequence[object]) -> str:
    return "| " + " | ".join(f"{cell:.3g}" if isinstance(cell, float) else str(cell) for cell in cells) + " |"


def percentile(values: Sequence[float], share: float) -> float:
    """The percentile of `values`, in any order, by nearest rank; `share` from 0 to 1."""
    ordered = sorted(values)
    return ordered[min(len(ordered) - 1, int(share * len(ordered)))]


def timed(
    act: Callable[Arguments, Answer], *arguments: Arguments.args, **named: Arguments.kwargs
) -> tuple[Answer, float]:
    """The result of the call, and its duration in milliseconds."""
    started = time.perf_counter()
    answer = act(*arguments, **named)
    return answer, (time.perf_counter() - started) * 1000


def exponent(sizes: Sequence[float], values: Sequence[float]) -> float:
    """The exponent of the power law that fits best: the slope of a line through the logarithms."""
    return float(np.polyfit(np.log(sizes), np.log(values), 1)[0])
