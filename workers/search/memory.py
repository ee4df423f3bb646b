"""Return memory to the system: by default glibc keeps what a batch has allocated."""

import ctypes
from collections.abc import Callable
from typing import Any

MMAP_THRESHOLD, ARENA_MAX = -3, -8
"""Numbers of mallopt's parameters, from malloc.h."""
BIG = 1 << 20
"""A tensor of so many bytes has a mapping of its own, which is returned when it is freed."""
ARENAS = 2


def _function(name: str) -> Callable[..., Any]:
    """A function of glibc; without glibc one that does nothing."""
    try:
        return getattr(ctypes.CDLL(None), name)  # type: ignore[no-any-return]
    except (AttributeError, OSError, TypeError):
        return lambda *_: 0


def limit_memory() -> None:
    """Peak memory of a batch of sixteen long texts: 288 MB with this, 400 MB and more without."""
    mallopt = _function("mallopt")
    mallopt(MMAP_THRESHOLD, BIG)
    mallopt(ARENA_MAX, ARENAS)


def free_memory() -> None:
    """Return free memory to the system."""
    _trim(0)


_trim = _function("malloc_trim")
