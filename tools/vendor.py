"""Copy the pinned files of npm packages that the web client loads to web/vendor: `python -m tools.vendor`.

Deno downloads the packages and checks them against deno.lock; `make up` needs no Node.js. Browsers resolve no
bare names of packages, and the policy allows no import map: the one import of a package is rewritten.
Beside each module is a `.d.ts` that leads `tsc` to the package's types.
"""

import os
import re
import shutil
import subprocess
import sys
from dataclasses import dataclass
from pathlib import Path

from tools.exits import ToolError, exit_status

ROOT = Path(__file__).resolve().parent.parent
PACKAGES = ROOT / "tools" / "web_vendor"
VENDOR = ROOT / "web" / "vendor"
MODULES = PACKAGES / "node_modules"
STAMP = VENDOR / "fonts.css"
"""Written last."""


@dataclass(frozen=True)
class Module:
    """One file of a package, as web/vendor has it."""

    source: str
    target: str
    types: str
    replacement: tuple[str, str] | None = None
    suffix: str = ""
    has_default: bool = False


COPIED = (
    Module("preact/dist/preact.mjs", "preact.js", "preact/src/index.d.ts"),
    Module(
        "preact/hooks/dist/hooks.mjs",
        "hooks.js",
        "preact/hooks/src/index.d.ts",
        replacement=('from"preact"', 'from"./preact.js"'),
    ),
    Module("htm/dist/htm.module.js", "htm.js", "htm/dist/htm.d.ts", has_default=True),
    Module("marked/lib/marked.esm.js", "marked.js", "marked/lib/marked.d.ts"),
    Module("dompurify/dist/purify.es.mjs", "purify.js", "dompurify/dist/purify.es.d.mts", has_default=True),
    Module(
        "@supabase/supabase-js/dist/umd/supabase.js",
        "supabase.js",
        "@supabase/supabase-js/dist/index.d.mts",
        suffix="\nexport const { createClient } = supabase;\n",
    ),
)
STYLES = {"archivo": ("wdth",), "fraunces": ("opsz", "opsz-italic")}
"""The variants of each family: by width, and by optical size, upright and italic."""


def main() -> int:
    copy_once()
    return 0


def copy_once() -> None:
    """Write web/vendor unless it is newer than what it is made of. Raises ToolError."""
    newest = max(path.stat().st_mtime for path in (PACKAGES / "deno.lock", Path(__file__)))
    if not STAMP.exists() or STAMP.stat().st_mtime < newest:
        copy()


def copy() -> None:
    """Install the packages and write web/vendor again. Raises ToolError."""
    install()
    shutil.rmtree(VENDOR, ignore_errors=True)
    (VENDOR / "fonts").mkdir(parents=True)
    for module in COPIED:
        (VENDOR / module.target).write_text(text(module))
        (VENDOR / module.target).with_suffix(".d.ts").write_text(types(module))
    STAMP.write_text("\n".join(copy_family(family) for family in STYLES))


def copy_family(family: str) -> str:
    """Copy the fonts of a family and its licence; returns its rules, which choose the file by script.

    The fonts have Latin and Vietnamese letters; other scripts are set in fonts of the reader's system.
    """
    folder = MODULES / "@fontsource-variable" / family
    shutil.copy(folder / "LICENSE", VENDOR / "fonts" / f"{family}-LICENSE.txt")
    rules = "\n".join((folder / f"{style}.css").read_text() for style in STYLES[family])
    for name in re.findall(r"url\(\./files/([^)]+)\)", rules):
        shutil.copy(folder / "files" / name, VENDOR / "fonts" / name)
    return rules.replace("./files/", "./fonts/")


def types(module: Module) -> str:
    """A declaration that exports the package's, by its real path, from which its own imports are found."""
    path = os.path.relpath((MODULES / module.types).resolve(), VENDOR)
    lines = [f'export * from "{path}";', f'export {{ default }} from "{path}";']
    return "\n".join(lines[: 2 if module.has_default else 1]) + "\n"


def install() -> None:
    """Download what deno.lock names. Raises ToolError."""
    deno = Path(sys.executable).with_name("deno")
    words = [str(deno), "install", "--quiet", "--frozen", "--node-modules-dir=auto"]
    done = subprocess.run(words, cwd=PACKAGES, capture_output=True, text=True, check=False)
    if done.returncode:
        raise ToolError(f"the packages of the web client were not installed:\n{done.stderr.strip()}")


def text(module: Module) -> str:
    """The file's text. Raises ToolError if a replacement no longer applies: the package has changed."""
    source = (MODULES / module.source).read_text()
    if module.replacement:
        before, after = module.replacement
        if before not in source:
            raise ToolError(f"{module.source} no longer has {before}")
        source = source.replace(before, after)
    lines = (line for line in source.splitlines() if not line.startswith("//# sourceMappingURL"))
    return "\n".join(lines) + "\n" + module.suffix


if __name__ == "__main__":
    sys.exit(exit_status(main))
