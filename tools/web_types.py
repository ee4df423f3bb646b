"""Check the types that the web client states in JSDoc against the database's: `python -m tools.web_types`.

TypeScript's own compiler reads JavaScript, and follows web/vendor/*.d.ts to the types of the packages; `deno
check` would need a comment before each import to find them. Part of `make lint`.
"""

import sys
from pathlib import Path

from tools import node, vendor
from tools.exits import exit_status

PACKAGES = Path(__file__).resolve().parent / "web_checks"


def main() -> int:
    vendor.copy_once()
    node.install(PACKAGES, "TypeScript")
    done = node.run(PACKAGES, PACKAGES / "node_modules" / ".bin" / "tsc", "--project", "tsconfig.json")
    sys.stderr.write(done.stdout + done.stderr)
    return done.returncode


if __name__ == "__main__":
    sys.exit(exit_status(main))
