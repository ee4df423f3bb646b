"""The REST server's own tests, compiled with what its build has left."""

import subprocess

from local import settings
from local.rest import build


def test_the_rest_server_s_own_tests_pass() -> None:
    target = settings.load().cache / "rest-target"
    (build.CRATE / "src" / "main.rs").touch()  # cargo goes by time, and another checkout may be newer
    command = [build.cargo(), "test", "--quiet", "--release", "--locked", "--target-dir", str(target)]
    done = subprocess.run(command, cwd=build.CRATE, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stdout + done.stderr
    assert "0 failed" in done.stdout
