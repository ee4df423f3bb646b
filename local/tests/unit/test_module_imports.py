"""The modules of each service import one way."""

import ast
from graphlib import TopologicalSorter
from pathlib import Path

import pytest

from local.settings import ROOT

LOCAL = ROOT / "local"


def imported(path: Path) -> set[str]:
    """The modules of `local` that a module imports, for types too."""
    modules = set[str]()
    for node in ast.walk(ast.parse(path.read_text())):
        if isinstance(node, ast.ImportFrom) and (node.module or "").split(".")[0] == "local":
            modules |= {str(node.module), *(f"{node.module}.{alias.name}" for alias in node.names)}
    return modules


def name_of(path: Path) -> str:
    return ".".join(path.relative_to(ROOT).with_suffix("").parts)


def graph(service: str) -> dict[str, set[str]]:
    paths = [path for path in (LOCAL / service).rglob("*.py") if path.stem != "__init__"]
    names = {name_of(path) for path in paths}
    return {name_of(path): imported(path) & names for path in paths}


@pytest.mark.parametrize("service", ["auth", "functions", "gateway", "realtime", "rest", "storage"])
def test_modules_of_service_form_no_circle(service: str) -> None:
    TopologicalSorter(graph(service)).prepare()


def test_graph_of_imports_includes_folders_within_a_service() -> None:
    assert "local.storage.object_writes" in graph("storage")["local.storage.endpoints.uploads"]
    assert "local.realtime.channel" in graph("realtime")["local.realtime.connection"]
