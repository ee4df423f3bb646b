"""Find a Chromium for the browser tests, or install Debian's where we may: `python -m tools.chromium`."""

import os
import shutil
import subprocess
import sys

NAMES = ("chromium", "chromium-browser", "google-chrome-stable", "google-chrome")
MISSING = "the browser tests need Chromium: `apt-get install chromium`, or Google Chrome's package on Ubuntu"


def path() -> str | None:
    """The program's path, CHROMIUM if it is set; None if there is none."""
    if named := os.environ.get("CHROMIUM"):
        return named
    return next((found for name in NAMES if (found := shutil.which(name))), None)


def install() -> None:
    """Install Debian's package, which only root may."""
    if os.geteuid() or not shutil.which("apt-get"):
        return
    quiet = os.environ | {"DEBIAN_FRONTEND": "noninteractive"}
    for words in (["update"], ["install", "--yes", "--no-install-recommends", "chromium"]):
        subprocess.run(["apt-get", "-q", *words], env=quiet, check=False, capture_output=True)


def main() -> int:
    """Returns 1 in CI without a browser: there the tests may not be skipped."""
    if not path():
        sys.stdout.write("installing Chromium for the browser tests\n")
        install()
    if path():
        return 0
    sys.stderr.write(f"{MISSING}\n")
    return 1 if os.environ.get("CI") else 0


if __name__ == "__main__":
    sys.exit(main())
