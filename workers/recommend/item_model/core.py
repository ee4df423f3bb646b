"""The parameters of a training, and the memory that it takes."""

import math
import re
from dataclasses import dataclass

GIGABYTE = 2**30


@dataclass(frozen=True)
class Parameters:
    regularisation: float = 200.0
    """Lambda of EASE: the larger, the more the weights depend on items with many raters."""
    neighbours: int = 300
    """The number of weights that an item keeps."""
    depth: float = 0.15
    """The likings of a rater with n of them are divided by (n / mean n) to this power."""
    half_life_days: float | None = None
    """Feedback counts half as much after so many days; None: feedback of any age counts the same."""
    popularity: float = 0.0
    """Weights towards an item with n raters are divided by n to this power."""
    max_items: int = 20_000
    """A training uses at most so many items: those with the most raters."""

    def as_json(self) -> dict[str, float | int | str | None]:
        return {"method": "EASE", **vars(self)}


def faults(parameters: Parameters) -> list[str]:
    """A sentence for each parameter that is out of range."""
    at_least = {"neighbours": 1, "max_items": 1, "popularity": 0, "depth": 0}
    above = {"regularisation": 0} | ({} if parameters.half_life_days is None else {"half_life_days": 0})
    values = vars(parameters)
    return [
        *(f"{name} must be a number" for name in above | at_least if not math.isfinite(values[name])),
        *(f"{name} must be above {least}" for name, least in above.items() if values[name] <= least),
        *(f"{name} must be at least {least}" for name, least in at_least.items() if values[name] < least),
    ]


def bytes_needed(items: int) -> int:
    """The size of the matrix of items by items, in doubles: it is inverted in place."""
    return items * items * 8


def bytes_free(meminfo: str) -> int | None:
    """The available memory, from the text of /proc/meminfo; None if the text does not contain it."""
    line = re.search(r"^MemAvailable:\s+(\d+) kB$", meminfo, re.MULTILINE)
    return int(line[1]) * 1024 if line else None


def shortage(items: int, free: int | None, matrices: int = 1) -> str | None:
    """A sentence if a training of so many items needs more memory than is free; None if it fits.

    matrices: matrices of items by items in memory at once.
    """
    needed = bytes_needed(items) * matrices
    if free is None or needed <= free:
        return None
    return (
        f"{items:,} items need {needed / GIGABYTE:.1f} GB and {free / GIGABYTE:.1f} GB are free; "
        "give a lower --max-items"
    )
