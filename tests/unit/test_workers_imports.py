"""Workers import only themselves and workers/common."""

from pathlib import Path

import pytest

from tests.unit.test_boundaries import imports

WORKERS = Path(__file__).resolve().parents[2] / "workers"
NAMES = sorted(folder.name for folder in WORKERS.iterdir() if (folder / "__init__.py").exists())


@pytest.mark.parametrize("name", NAMES)
def test_worker_imports_only_itself_and_workers_common(name: str) -> None:
    others = {f"workers.{other}" for other in NAMES} - {f"workers.{name}", "workers.common"}
    for path in (WORKERS / name).rglob("*.py"):
        used = {".".join(module.split(".")[:2]) for module in imports(path)}
        assert not used & others, path


@pytest.mark.parametrize("path", sorted(WORKERS.rglob("core.py")), ids=lambda path: path.parent.name)
def test_worker_core_imports_only_pure_modules(path: Path) -> None:
    pure = {"collections", "dataclasses", "math", "re", "typing", "unicodedata", "uuid"}
    assert {module.split(".")[0] for module in imports(path)} <= pure
