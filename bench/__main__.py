"""Start a stack, load the data, measure, and write RESULTS.md: `python -m bench`."""

import os
import platform
import sys
from datetime import UTC, datetime
from pathlib import Path

from rich.console import Console

from bench import calls, channels, embedding, limits, matching, memory, policies, storing
from bench.stack import loaded
from local import exits

RESULTS = Path(__file__).parent / "RESULTS.md"
console = Console(highlight=False)


def main() -> int:
    with loaded(console.print) as (stack, loading):
        tables = [loading, memory.idle(stack)]
        for measure in (
            *(embedding.measure, matching.measure, calls.measure),
            *(limits.measure, policies.measure, storing.measure, channels.measure),
        ):
            console.print(f"measuring {measure.__module__.rpartition('.')[2]}")
            tables += measure(stack)
        tables.append(memory.loaded(stack))
        text = "\n\n".join([header(), *(table.markdown() for table in tables)])
    RESULTS.write_text(text + "\n")
    console.print(text)
    return 0


def header(title: str = "Results", target: str = "bench") -> str:
    cores = os.cpu_count()
    memory_gb = os.sysconf("SC_PAGE_SIZE") * os.sysconf("SC_PHYS_PAGES") / 2**30
    return (
        f"# {title}\n\nWritten by `make {target}` on {datetime.now(UTC):%Y-%m-%d}, on {processor()} "
        f"with {cores} cores and {memory_gb:.0f} GB, {platform.system()}, "
        f"Python {platform.python_version()}. "
        f"Clients, stack and peers share the machine."
    )


def processor() -> str:
    for line in Path("/proc/cpuinfo").read_text().splitlines():
        if line.startswith("model name"):
            return line.partition(":")[2].strip()
    return platform.machine()


if __name__ == "__main__":
    sys.exit(exits.exit_status(main))
