"""A viewer's country comes from the gateway's header, never from the client's."""

from collections.abc import Iterator
from dataclasses import replace

import httpx
import pytest
from supabase import Client

from local.gateway import service as gateway
from tests.conftest import Stack

FRENCH = {"cf-ipcountry": "FR"}


@pytest.fixture
def french_film(service: Client, films: dict[str, str]) -> Iterator[str]:
    service.table("content").update({"popularity": 10_000_000}).eq("id", films["A"]).execute()
    service.table("item_availability").insert({"item_id": films["A"], "country": "FR"}).execute()
    yield films["A"]


def listed(url: str, stack: Stack, headers: dict[str, str]) -> set[str]:
    answer = httpx.post(
        f"{url}/rpc/get_popular_items",
        json={"limit": 200, "kind": "movie"},
        headers={"apikey": stack.anon_key, "Authorization": f"Bearer {stack.anon_key}", **headers},
    )
    return {row["id"] for row in answer.raise_for_status().json()}


@pytest.mark.parametrize("name", ["cf-ipcountry", "CF-IPCountry", "Cf-Ipcountry"])
def test_client_cannot_set_its_country_by_header(stack: Stack, french_film: str, name: str) -> None:
    assert french_film not in listed(f"{stack.url}/rest/v1", stack, {name: "FR"})


def test_client_cannot_set_its_country_by_a_repeated_header(stack: Stack, french_film: str) -> None:
    answer = httpx.post(
        f"{stack.url}/rest/v1/rpc/get_popular_items",
        json={"limit": 200},
        headers=[("apikey", stack.anon_key), ("cf-ipcountry", "FR"), ("CF-IPCOUNTRY", "FR")],
    )
    assert french_film not in {row["id"] for row in answer.raise_for_status().json()}


def test_lists_use_the_country_header_of_the_gateway(stack: Stack, french_film: str) -> None:
    """Sent directly to REST, as if the gateway had forwarded a proxy's header."""
    assert french_film in listed(stack.part_url("rest"), stack, FRENCH)
    assert french_film not in listed(stack.part_url("rest"), stack, {"cf-ipcountry": "BE"})


@pytest.mark.parametrize("header", ["Cf-Ipcountry", "Cf-Connecting-Ip"])
@pytest.mark.parametrize(("behind_proxy", "dropped"), [(False, True), (True, False)])
def test_gateway_trusts_proxy_headers_only_if_configured(
    stack: Stack, tmp_path_factory: pytest.TempPathFactory, header: str, behind_proxy: bool, dropped: bool
) -> None:
    settings = replace(
        stack.settings, directory=tmp_path_factory.mktemp("gateway"), behind_proxy=behind_proxy
    )
    addresses = dict.fromkeys(("rest", "rest_admin", "platform"), "http://127.0.0.1:1")
    gateway.command(settings, addresses)
    assert (f"request_header -{header}" in (settings.run / "Caddyfile").read_text()) is dropped
