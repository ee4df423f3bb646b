"""Go's durations, as in `24h`, `1h30m` or `1.5h`."""

import re
from datetime import timedelta

SECONDS = {"ns": 1e-9, "us": 1e-6, "µs": 1e-6, "ms": 1e-3, "s": 1, "m": 60, "h": 3600}
PART = r"(\d+\.?\d*|\.\d+)(ns|us|µs|ms|s|m|h)"
LONGEST = timedelta(microseconds=2**63 // 1000)


def duration(text: str) -> timedelta | None:
    """None for an invalid duration."""
    match = re.fullmatch(rf"([+-]?)((?:{PART})+|0)", text, re.ASCII)
    if not match:
        return None
    seconds = sum(float(number) * SECONDS[unit] for number, unit in re.findall(PART, match[2]))
    if seconds > LONGEST.total_seconds():
        return None
    return timedelta(seconds=-seconds if match[1] == "-" else seconds)
