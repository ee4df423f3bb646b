"""Documents are complete and correct: make targets, settings, dependencies, links, anchors and paths."""

import ast
import importlib
import re
from collections import Counter
from collections.abc import Iterator
from dataclasses import fields
from functools import cache
from pathlib import Path

import pytest

from local.settings import ROOT
from local.stack_plan import STARTED_WITH, VARIABLES

README = (ROOT / "README.md").read_text()
PRODUCT = ("workers", "seed", "webhooks")
READ = re.compile(r"""environ(?:ment)?(?:\.get\(|\[)["']([A-Z][A-Z0-9_]+)["']""")
"""An environment variable read by its literal name."""
LINK = re.compile(r"\]\((?![a-z]+:)([^)#\s]*)(?:#([^)\s]+))?\)")
CODE = re.compile(r"^```.*?^```$|`[^`\n]+`", re.MULTILINE | re.DOTALL)
TICKS = re.compile(r"^```.*?^```$", re.MULTILINE | re.DOTALL)
IGNORED = {"node_modules", "target", "build"}
OF_THE_MACHINE = {"PATH", "HOME", "TERM", "GITHUB_REF"}


def documents() -> list[Path]:
    """Every Markdown file of the project, without installed packages and folders that git ignores."""
    return sorted(walked(ROOT))


def walked(folder: Path) -> Iterator[Path]:
    for path in folder.iterdir():
        if path.is_dir() and path.name not in IGNORED and not path.name.startswith("."):
            yield from walked(path)
        elif path.suffix == ".md":
            yield path


def settings_classes() -> Iterator[type]:
    """Every settings class of the product."""
    for path in (path for package in PRODUCT for path in sorted((ROOT / package).rglob("*.py"))):
        module = ".".join(path.relative_to(ROOT).with_suffix("").parts)
        for node in ast.walk(ast.parse(path.read_text())):
            if isinstance(node, ast.ClassDef) and node.name.endswith("Settings") and node.decorator_list:
                yield getattr(importlib.import_module(module), node.name)


def test_every_make_target_is_in_the_readme() -> None:
    targets = re.findall(r"^([a-z-]+):.*## ", (ROOT / "Makefile").read_text(), re.MULTILINE)
    table = " ".join(line for line in README.splitlines() if line.startswith("| `make"))
    assert {name for name in targets if f"`make {name}" not in table and f"`{name}" not in table} == set()


def test_every_setting_is_in_the_env_example() -> None:
    example = (ROOT / ".env.example").read_text()
    classes = list(settings_classes())
    assert len(classes) >= 5
    for settings in classes:
        for field in fields(settings):
            line = rf"^#? ?{field.name.upper()}="
            assert re.search(line, example, re.MULTILINE), f"{settings.__module__}: {field.name}"


def test_every_variable_of_the_command_line_is_documented() -> None:
    """Variables that the stack, the tools and the loader read outside the settings classes."""
    sources = (path for folder in ("tools", "seed") for path in (ROOT / folder).glob("*.py"))
    texts = [path.read_text() for path in (ROOT / "local" / "settings.py", *sources)]
    names = {name for text in texts for name in READ.findall(text)} | {*STARTED_WITH, *VARIABLES.values()}
    written = "\n".join(path.read_text() for path in (*documents(), ROOT / ".env.example"))
    assert {name for name in names - OF_THE_MACHINE if not re.search(rf"\b{name}\b", written)} == set()


def test_every_dependency_has_a_documented_reason() -> None:
    reasons = (ROOT / "docs" / "dependencies.md").read_text()
    for path in (
        "requirements.in",
        "local/requirements.in",
        "requirements-engine.in",
        "requirements-dev.in",
        "requirements-bench.in",
    ):
        for line in (ROOT / path).read_text().splitlines():
            if line and not line.startswith(("#", "-c ")):
                name = re.split(r"[\[<>=]", line)[0]
                assert re.search(rf"^\|.*\b{re.escape(name)}\b", reasons, re.MULTILINE), name


@pytest.mark.parametrize("path", documents(), ids=lambda path: path.relative_to(ROOT).as_posix())
def test_links_and_anchors_of_documents_exist(path: Path) -> None:
    for target, anchor in LINK.findall(CODE.sub("", path.read_text())):
        linked = (path.parent / target).resolve() if target else path
        assert linked.exists(), f"there is no {target}"
        if anchor:
            assert anchor in anchors(linked), f"{linked.name} has no heading #{anchor}"


@cache
def anchors(path: Path) -> set[str]:
    """The anchors that GitHub generates for the headings of a document."""
    seen = Counter[str]()
    names = set[str]()
    for heading in re.findall(r"^#{1,6} +(.+?)\s*$", TICKS.sub("", path.read_text()), re.MULTILINE):
        words = re.sub(r"\[([^\]]*)\]\([^)]*\)", r"\1", heading).lower()
        name = re.sub(r"[^\w\- ]", "", words).replace(" ", "-")
        names.add(f"{name}-{seen[name]}" if seen[name] else name)
        seen[name] += 1
    return names


def test_anchors_are_computed_as_github_computes_them(tmp_path: Path) -> None:
    text = "# What a request may be\n## `GET /x`, and: more!\n## More\n## More\n```\n# no heading\n```\n"
    (tmp_path / "a.md").write_text(text)
    assert anchors(tmp_path / "a.md") == {"what-a-request-may-be", "get-x-and-more", "more", "more-1"}


def test_paths_of_code_owners_exist() -> None:
    lines = (ROOT / ".github" / "CODEOWNERS").read_text().splitlines()
    paths = [line.split()[0].lstrip("/") for line in lines if line and not line.startswith("#")]
    assert len(paths) > 5
    assert [path for path in paths if path != "*" and not (ROOT / path).exists()] == []


def test_paths_of_the_contributing_guide_exist() -> None:
    """Paths without a placeholder in capitals."""
    guide = TICKS.sub("", (ROOT / "docs" / "contributing.md").read_text())
    paths = re.findall(r"`((?:docs|local|ops|scripts|seed|sql|supabase|tests|workers)/[a-z_./]*)`", guide)
    assert len(paths) > 10
    assert [path for path in paths if not (ROOT / path).exists()] == []
