"""What a person sees of a sweep: a bar on a terminal, a line every now and then elsewhere."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager

from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeRemainingColumn

LINES = 10
"""About how many lines a whole sweep prints where there is no terminal."""

Advance = Callable[[int], None]


@contextmanager
def shown(total: int, console: Console) -> Iterator[Advance]:
    if not console.is_terminal:
        yield _lines(total, console)
        return
    columns = (TextColumn("embedding"), BarColumn(), MofNCompleteColumn(), TimeRemainingColumn())
    with Progress(*columns, console=console) as progress:
        task = progress.add_task("", total=total)
        yield lambda items: progress.advance(task, items)


def _lines(total: int, console: Console) -> Advance:
    done = said = 0

    def advance(items: int) -> None:
        nonlocal done, said
        done += items
        if (done - said) * LINES >= total:
            said = done
            console.print(f"embedding: {done} of {max(total, done)}")

    return advance
