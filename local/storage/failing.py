"""Points at which tests let the process end at once, as a kill or a loss of power would."""

import os

FAIL_POINT = "STORAGE_FAIL_POINT"
"""Names the point."""


def fail_point(name: str) -> None:
    if os.environ.get(FAIL_POINT) == name:
        os._exit(9)
