"""Re-encoding in a process of its own, whose processor time and memory are limited.

A file of 2 MB can keep a decoder busy for minutes, or make it take hundreds of MB. The child receives the
file on standard input and writes the WebP to standard output. Its environment is empty: it holds no secret.
"""

import contextlib
import resource
import subprocess
import sys
import threading
from pathlib import Path

from workers.common import logs
from workers.portraits.pictures import NotAPictureError, redraw

PACKAGES = Path(__file__).parents[2]
SECONDS = 3
"""Of processor time: a photo of 24 megapixels takes less than one."""
MEMORY = 512 * 2**20
"""Bytes of address space: enough for 12 megapixels in each format."""
REFUSED = 65
"""EX_DATAERR: the file is not a picture that is published."""
TURN = threading.Lock()
"""One picture at a time in a process, so that memory is bounded by MEMORY, not by the number of jobs."""


def redraw_apart(content: bytes) -> bytes:
    """As pictures.redraw, within SECONDS and MEMORY. Raises NotAPictureError."""
    with TURN:
        child = subprocess.run(
            [sys.executable, "-m", "workers.portraits.child", str(SECONDS), str(MEMORY)],
            input=content,
            capture_output=True,
            cwd=PACKAGES,
            env={},
            check=False,
        )
    if child.returncode:
        if child.returncode != REFUSED:
            logs.warning("avatar_decoder_ended", status=child.returncode)
        raise NotAPictureError
    return child.stdout


def main(seconds: int, memory: int) -> int:
    resource.setrlimit(resource.RLIMIT_CPU, (seconds, seconds))
    # macOS refuses a limit of address space.
    with contextlib.suppress(ValueError):
        resource.setrlimit(resource.RLIMIT_AS, (memory, memory))
    try:
        sys.stdout.buffer.write(redraw(sys.stdin.buffer.read()))
    except (NotAPictureError, MemoryError):
        return REFUSED
    return 0


if __name__ == "__main__":
    sys.exit(main(*map(int, sys.argv[1:])))
