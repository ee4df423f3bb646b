"""Who has no key but an account on this machine reaches nothing that believes the gateway."""

import os
import socket
import stat
from pathlib import Path
from urllib.parse import urlsplit

import httpx
import psutil
import pytest

from local import sockets
from local.temporary_stack import Stack

pytestmark = pytest.mark.own("auth", "storage", "realtime", "rest")

SOCKETS = ("gateway.sock", "platform.sock", "rest.sock", "rest_admin.sock")


def ports_of(pid: int) -> set[int]:
    """Where a process and its children listen."""
    family = [psutil.Process(pid), *psutil.Process(pid).children(recursive=True)]
    connections = [one for process in family for one in process.net_connections("inet")]
    return {one.laddr.port for one in connections if one.status == psutil.CONN_LISTEN}


def test_only_servers_that_require_a_key_listen_on_ports(stack: Stack) -> None:
    httpx.post(f"{stack.url}/functions/v1/hello", headers=_key(stack), json={}).raise_for_status()
    assert ports_of(stack.pid("platform")) == set()
    assert ports_of(stack.pid("gateway")) == {stack.settings.port}
    for part in ("rest", "search", "jobs"):
        assert ports_of(stack.pid(part)) == {urlsplit(stack.part_url(part)).port}


def test_port_of_rest_responds_on_its_secret_path_only(stack: Stack) -> None:
    secret = urlsplit(stack.part_url("rest"))
    base = f"http://{secret.netloc}"
    spoofed = {"x-forwarded-for": "203.0.113.7", "x-forwarded-prefix": "/rest/v1", **_key(stack)}
    paths = ("/genres", "/", "/ready", f"//{secret.path}/genres", "/rest/v1/genres")
    assert {httpx.get(f"{base}{path}", headers=spoofed).status_code for path in paths} == {403}
    assert httpx.get(f"{base}{secret.path}/genres?name=eq.a%2Bb%26%22c", headers=spoofed).json() == []
    assert httpx.get(f"{stack.url}/rest/v1/genres?limit=1", headers=_key(stack)).status_code == 200


def _key(stack: Stack) -> dict[str, str]:
    return {"apikey": stack.anon_key, "Authorization": f"Bearer {stack.anon_key}"}


def test_the_sockets_are_in_a_folder_of_the_owners(stack: Stack) -> None:
    folder = sockets.folder(stack.settings)
    status = folder.stat()
    assert (stat.S_IMODE(status.st_mode), status.st_uid) == (0o700, os.geteuid())
    names = {path.name for path in folder.iterdir()}
    assert set(SOCKETS) <= names


@pytest.mark.skipif(os.geteuid() != 0, reason="takes another user, which only root can be")
@pytest.mark.parametrize("name", SOCKETS)
def test_another_user_of_this_machine_is_refused(stack: Stack, name: str) -> None:
    path = sockets.folder(stack.settings) / name
    pid = os.fork()
    if pid == 0:
        os._exit(_tried_as_another(path))
    _, status = os.waitpid(pid, 0)
    assert os.waitstatus_to_exitcode(status) == 13


def _tried_as_another(path: Path) -> int:
    """The number of the error, 0 where there was none."""
    try:
        os.setgroups([])
        os.setuid(65534)
        with socket.socket(socket.AF_UNIX) as one:
            one.connect(str(path))
    except OSError as error:
        return error.errno or 255
    return 0
