"""Parts that supabase/config.toml has off: they say so, hold nothing, and the others work."""

import os
import re
import shutil
import subprocess
import sys
from pathlib import Path

import httpx
import psycopg
import pytest
from dotenv import dotenv_values
from websockets.exceptions import InvalidStatus

from local.settings import ROOT
from local.tests.clients.realtime.sockets import Socket
from local.tests.faults.test_stack import Own, own

__all__ = ["own"]

PARTS = ("auth", "storage", "realtime")


@pytest.fixture
def project(tmp_path: Path) -> Path:
    """This project with all three off."""
    copied = [path for path in ROOT.iterdir() if path.name not in ("local", "supabase", ".git")]
    for path in copied:
        (tmp_path / path.name).symlink_to(path)
    shutil.copytree(ROOT / "local", tmp_path / "local", ignore=shutil.ignore_patterns("__pycache__"))
    (tmp_path / "supabase").mkdir()
    for path in (ROOT / "supabase").iterdir():
        (tmp_path / "supabase" / path.name).symlink_to(path)
    config = tmp_path / "supabase" / "config.toml"
    text, changes = re.subn(
        rf"(?m)^(\[(?:{'|'.join(PARTS)})\]\nenabled = )true$", r"\1false", config.read_text()
    )
    assert changes == len(PARTS)
    config.unlink()
    config.write_text(text)
    return tmp_path


@pytest.fixture
def environment(project: Path, own: Own) -> dict[str, str]:
    """Of its stack, which runs."""
    variables = {**os.environ, "LOCAL_DIR": str(own.directory), "LOCAL_PORT": str(own.port)}
    words = [sys.executable, "-m", "local", "up"]
    process = subprocess.run(words, cwd=project, env=variables, capture_output=True, text=True, check=False)
    assert process.returncode == 0, process.stderr + process.stdout
    return {name: value or "" for name, value in dotenv_values(own.directory / ".env.local").items()}


def test_parts_that_are_off_say_so_and_hold_nothing(environment: dict[str, str]) -> None:
    url, key = environment["SUPABASE_URL"], environment["SUPABASE_ANON_KEY"]
    headers = {"apikey": key, "Origin": "https://app.example"}
    with httpx.Client(base_url=url, headers=headers) as http:
        for part, path in zip(PARTS, ("user", "bucket", "api/broadcast"), strict=True):
            response = http.get(f"/{part}/v1/{path}")
            words = f"{part} is off: supabase/config.toml has [{part}] enabled = false"
            assert (response.status_code, response.json()) == (404, {"message": words})
            assert response.headers["access-control-allow-origin"] == "*"
            preflight = {"Access-Control-Request-Method": "POST", "Access-Control-Request-Headers": "apikey"}
            assert http.options(f"/{part}/v1/{path}", headers=preflight).status_code == 200
        assert http.get("/rest/v1/genres?limit=1").status_code == 200
    with pytest.raises(InvalidStatus) as error:
        Socket(url, key)
    assert error.value.response.status_code == 404
    with psycopg.connect(environment["DATABASE_URL"]) as connection:
        assert connection.execute("select slot_name from pg_replication_slots").fetchall() == []
        assert connection.execute("select to_regclass('realtime.messages') is not null").fetchone() == (True,)
