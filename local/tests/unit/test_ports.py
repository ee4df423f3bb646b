"""Ports are returned once, before their servers start."""

import random
import socket
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from local import config, keys, ports, services
from local.settings import ROOT, Settings
from local.stack_plan import Plan

FEW = 7


def free() -> range:
    """A few in a row that are free, and that no stack draws from."""
    while True:
        first = random.randrange(10_000, ports.RANGE.start - FEW)
        ports_held = [port for port in range(first, first + FEW) if ports.hold(port)]
        for port in ports_held:
            ports.release(port)
        if len(ports_held) == FEW:
            return range(first, first + FEW)


@pytest.fixture
def few(monkeypatch: pytest.MonkeyPatch) -> Iterator[range]:
    drawn = free()
    monkeypatch.setattr(ports, "RANGE", drawn)
    monkeypatch.setattr(ports, "_held", {})
    yield drawn
    for port in list(ports._held):
        ports.release(port)


def hold_elsewhere(port: int) -> bool:
    """Would another process be given it?"""
    command = [sys.executable, "-c", f"from local import ports; raise SystemExit(not ports.hold({port}))"]
    return subprocess.run(command, cwd=ROOT, check=False).returncode == 0


def test_port_is_returned_once(few: range) -> None:
    assert sorted(ports.free_port() for _ in few) == list(few)


def test_another_process_is_refused_what_is_held_until_it_is_released(few: range) -> None:
    port = ports.free_port()
    assert not hold_elsewhere(port)
    ports.release(port)
    assert hold_elsewhere(port)


def test_a_server_may_listen_where_a_port_is_held_and_again_after_its_fall(few: range) -> None:
    port = ports.free_port()
    for _ in range(2):
        assert not ports.listening(port)
        with socket.create_server(("127.0.0.1", port)):
            assert ports.listening(port)


def test_port_with_a_listener_is_not_free(few: range) -> None:
    with socket.create_server(("127.0.0.1", few[0])):
        assert not ports.hold(few[0])


def test_services_of_a_stack_have_different_ports(few: range, tmp_path: Path) -> None:
    """Of seven ports one is the gateway's, which does not listen yet; three are drawn, twenty times over."""
    at = Settings(tmp_path, tmp_path / "data", tmp_path, few[3], tmp_path / ".env.local")
    for _ in range(20):
        own = services.own_services(at, keys.load(tmp_path), config.load(ROOT), Plan(), Path("rest"))
        urls = [part.url for part in own]
        assert len(set(urls)) == len(urls) == 5
        assert own[-1].url == f"http://127.0.0.1:{few[3]}"
        for port in list(ports._held):
            ports.release(port)
