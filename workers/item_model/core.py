"""What a model is trained with, and how much memory that takes."""

import math
import re
from dataclasses import dataclass

GIGABYTE = 2**30


@dataclass(frozen=True)
class Parameters:
    regularisation: float = 200.0
    """Lambda: the larger, the more the weights rest on what many people liked."""
    neighbours: int = 200
    """How many weights an item keeps."""
    half_life_days: float | None = None
    """A liking counts half as much after so many days; None: all count alike."""
    popularity: float = 0.0
    """Weights towards an item that n people liked are divided by n to this power."""
    max_items: int = 20_000
    """The most liked ones are taken."""

    def as_json(self) -> dict[str, float | int | str | None]:
        return {"method": "EASE", **vars(self)}


def faults(parameters: Parameters) -> list[str]:
    """What is out of range, each a sentence."""
    at_least = {"neighbours": 1, "max_items": 1, "popularity": 0}
    above = {"regularisation": 0} | ({} if parameters.half_life_days is None else {"half_life_days": 0})
    values = vars(parameters)
    return [
        *(f"{name} must be a number" for name in above | at_least if not math.isfinite(values[name])),
        *(f"{name} must be above {least}" for name, least in above.items() if values[name] <= least),
        *(f"{name} must be at least {least}" for name, least in at_least.items() if values[name] < least),
    ]


def bytes_needed(items: int) -> int:
    """The matrix of items by items, in doubles: it is inverted in place."""
    return items * items * 8


def bytes_free(meminfo: str) -> int | None:
    """Of the text of /proc/meminfo."""
    found = re.search(r"^MemAvailable:\s+(\d+) kB$", meminfo, re.MULTILINE)
    return int(found[1]) * 1024 if found else None


def shortage(items: int, free: int | None, matrices: int = 1) -> str | None:
    """Why so many items cannot be trained on, if they cannot, where it takes so many matrices of them."""
    needed = bytes_needed(items) * matrices
    if free is None or needed <= free:
        return None
    return (
        f"{items:,} items need {needed / GIGABYTE:.1f} GB and {free / GIGABYTE:.1f} GB are free; "
        "give a lower --max-items"
    )
