"""The progress of a sweep: a bar on a terminal, a few lines otherwise."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager

from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeRemainingColumn

LINES = 10
"""About how many lines a whole sweep prints without a terminal."""

Advance = Callable[[int], None]
"""Called with the number of items since the last call."""


@contextmanager
def show_progress(total: int, console: Console) -> Iterator[Advance]:
    if not console.is_terminal:
        yield _lines(total, console)
        return
    columns = (TextColumn("embedding"), BarColumn(), MofNCompleteColumn(), TimeRemainingColumn())
    with Progress(*columns, console=console) as progress:
        task = progress.add_task("", total=total)
        yield lambda items: progress.advance(task, items)


def _lines(total: int, console: Console) -> Advance:
    done = printed = 0

    def advance(items: int) -> None:
        nonlocal done, printed
        done += items
        if (done - printed) * LINES >= total:
            printed = done
            console.print(f"embedding: {done} of {max(total, done)}")

    return advance
