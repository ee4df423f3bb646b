"""Fail points: a test sets STORAGE_FAIL_POINT to kill the process at a named line."""

import os

FAIL_POINT = "STORAGE_FAIL_POINT"


def fail_point(name: str) -> None:
    if os.environ.get(FAIL_POINT) == name:
        os._exit(9)
