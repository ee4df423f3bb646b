"""Gateways before servers that echo requests."""

import subprocess
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import httpx
import pytest

from local.gateway import service as gateway
from local.keys import Keys
from local.ports import free_port, listening
from local.settings import Settings
from local.tests.echo import echo
from local.tests.waiting import until

ANON, SERVICE = "anon.key.signed", "service.key.signed"
PUBLISHABLE, SECRET = "sb_publishable_x", "sb_secret_x"
KEYS = Keys("the-jwt-secret", ANON, SERVICE, "a-password", PUBLISHABLE, SECRET)
KEY = {"apikey": ANON}
EVERY_PART = [
    "/rest/v1/films",
    "/auth/v1/user",
    "/storage/v1/bucket",
    "/realtime/v1/api/broadcast",
    "/functions/v1/hello",
    "/search/semantic",
]


@contextmanager
def serving(
    settings: Settings, addresses: dict[str, str], external: tuple[str, ...]
) -> Iterator[httpx.Client]:
    command = gateway.command(settings, addresses, external)
    with (settings.directory / "log").open("wb") as log:
        process = subprocess.Popen(command, env=gateway.environment(settings, KEYS), stderr=log)
    try:
        until(lambda: listening(settings.port))
        with httpx.Client(base_url=settings.url) as client:
            yield client
    finally:
        process.terminate()
        process.wait()


def settings_of(directory: Path) -> Settings:
    return Settings(directory, directory / "data", directory, free_port(), directory / ".env.local")


def echoed_request(client: httpx.Client, path: str, **headers: str) -> dict[str, str]:
    response = client.get(path, headers={**KEY, **headers}).raise_for_status()
    echoed: dict[str, str] = response.json()
    return echoed


@pytest.fixture(scope="module")
def all_elsewhere(tmp_path_factory: pytest.TempPathFactory) -> Iterator[httpx.Client]:
    with echo("storage") as storage, echo("other") as other, echo("counter") as counter:
        parts = ("auth", "storage", "rest", "realtime")
        addresses = dict.fromkeys((*parts, "platform"), other)
        addresses |= {"rest_admin": counter, "storage": f"{storage}/base"}
        with serving(settings_of(tmp_path_factory.mktemp("all")), addresses, parts) as client:
            yield client


@pytest.fixture(scope="module")
def own_folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("own")


@pytest.fixture(scope="module")
def all_own(own_folder: Path) -> Iterator[httpx.Client]:
    with echo("platform") as platform, echo("rest") as rest, echo("counter") as counter:
        addresses = {"platform": platform, "rest": rest, "rest_admin": counter, "search": rest}
        with serving(settings_of(own_folder), addresses, ()) as client:
            yield client
