"""The port belongs to the stack: it is named once, and every later command knows it."""

import os
import subprocess
import sys
from pathlib import Path

import psutil
import pytest

from local import stack_plan
from local.settings import DEFAULT_PORT, ROOT
from local.temporary_stack import two_free_ports
from local.tests.faults.test_stack import Own, own

__all__ = ["own"]


def without_port(own: Own, *words: str | Path, **variables: str) -> subprocess.CompletedProcess[str]:
    """Run a Python module for the stack in a shell that knows its folder alone."""
    environment = {name: value for name, value in os.environ.items() if name != "LOCAL_PORT"}
    return subprocess.run(
        [sys.executable, "-m", *words],
        cwd=ROOT,
        env=environment | {"LOCAL_DIR": str(own.directory)} | variables,
        capture_output=True,
        text=True,
        check=False,
    )


@pytest.mark.soak
def test_commands_read_the_port_of_the_stack_and_refuse_another(
    own: Own, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    for name in stack_plan.STARTED_WITH:
        monkeypatch.delenv(name, raising=False)
    own.run("up")
    env_file = (own.directory / ".env.local").read_text()
    assert f"SUPABASE_URL={own.settings.url}\n" in env_file

    status = without_port(own, "local", "status")
    assert (status.returncode, f"at {own.settings.url}\n" in status.stdout) == (0, True)
    show = "import os; print(os.environ['SUPABASE_URL'])"
    assert without_port(own, "local", "run", sys.executable, "-c", show).stdout == f"{own.settings.url}\n"
    seeded = without_port(own, "local", "run", sys.executable, "-m", "seed", "own")
    assert seeded.returncode == 0, seeded.stderr
    again = without_port(own, "local", "up")
    assert (again.returncode, f"SUPABASE_URL={own.settings.url}\n" in again.stdout) == (0, True)

    another = str(two_free_ports())
    for words in (["status"], ["up"], ["reset"], ["down"], ["psql"], ["run", "true"]):
        message = without_port(own, "local", *words, LOCAL_PORT=another)
        assert message.returncode == 1
        assert f"runs on port {own.port}, not {another}" in message.stderr
        assert len(message.stderr.splitlines()) == 1
    assert (own.directory / ".env.local").read_text() == env_file
    assert own.works()

    # As a run of tests takes a stack whose database was started before for real servers.
    before = own.state().parts
    folder = {"FUNCTIONS_DIR": str(tmp_path), "PERIODIC_JOBS": "off"}
    assert "restarting the parts" in without_port(own, "local", "up", **folder).stdout
    after = own.state().parts
    assert after["postgres"].pid == before["postgres"].pid
    assert psutil.Process(after["jobs"].pid).environ()["PERIODIC_JOBS"] == "off"
    assert psutil.Process(after["platform"].pid).environ()["FUNCTIONS_DIR"] == str(tmp_path)

    assert "stopped" in without_port(own, "local", "down").stdout
    output = without_port(own, "local", "env", "auth", "9999").stdout
    assert f"API_EXTERNAL_URL={own.settings.url}/auth/v1\n" in output
    output = without_port(own, "local", "env", "auth", "9999", LOCAL_PORT=another).stdout
    assert f"API_EXTERNAL_URL=http://127.0.0.1:{another}/auth/v1\n" in output


def test_a_start_that_fails_writes_no_settings_and_keeps_no_port(own: Own) -> None:
    message = without_port(own, "local", "up", LOCAL_PORT="22")
    assert "LOCAL_PORT must be a port from 1024 to 65534, not '22'" in message.stderr
    with pytest.MonkeyPatch.context() as patched:
        patched.setenv("AUTH_URL", "not an address")
        assert "AUTH_URL must be a server's address" in own.refuse("up")
    assert not (own.directory / ".env.local").exists()
    assert not own.settings.port_file.exists()
    output = without_port(own, "local", "env", "auth", "9999").stdout
    assert f"API_EXTERNAL_URL=http://127.0.0.1:{DEFAULT_PORT}/auth/v1\n" in output
