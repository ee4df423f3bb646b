"""The REST server's own tests, compiled once for each state of its source."""

import subprocess
from pathlib import Path

import pytest

from local import settings
from local.rest import build


def test_the_rest_server_s_own_tests_pass() -> None:
    process = subprocess.run(
        [build.tests(settings.load().cache)], capture_output=True, text=True, check=False
    )
    assert process.returncode == 0, process.stdout + process.stderr
    assert "0 failed" in process.stdout


def test_nothing_is_compiled_and_no_source_touched_for_a_known_state(monkeypatch: pytest.MonkeyPatch) -> None:
    sources = {path: path.stat().st_mtime_ns for path in build.CRATE.rglob("*.rs")}
    compiled = build.tests(settings.load().cache)

    def compile_again(*_: object) -> Path:
        raise AssertionError("the crate was compiled again")

    monkeypatch.setattr(build, "_compiled_tests", compile_again)
    assert build.tests(settings.load().cache) == compiled
    assert {path: path.stat().st_mtime_ns for path in sources} == sources


def test_a_changed_source_is_compiled(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    (tmp_path / "crate" / "src").mkdir(parents=True)
    for name in ("Cargo.toml", "Cargo.lock", "src/main.rs"):
        (tmp_path / "crate" / name).touch()
    compiled: list[Path] = []

    def compile_again(_: str, target: Path) -> Path:
        compiled.append(target)
        (tmp_path / "program").write_text("compiled")
        return tmp_path / "program"

    monkeypatch.setattr(build, "CRATE", tmp_path / "crate")
    monkeypatch.setattr(build, "cargo", lambda: "cargo")
    monkeypatch.setattr(build, "_compiled_tests", compile_again)
    first = build.tests(tmp_path)
    assert build.tests(tmp_path) == first
    (tmp_path / "crate" / "src" / "main.rs").write_text("fn main() {}")
    assert build.tests(tmp_path) != first
    assert len(compiled) == 2
