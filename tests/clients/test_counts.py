"""Numbers of rows: exact ones for everyone; estimates, which depend on all rows, for the service only."""

import httpx
import pytest
from supabase import Client

from tests.conftest import Stack

Viewer = tuple[Client, str]


def count(stack: Stack, key: str, preference: str, token: str | None = None) -> httpx.Response:
    headers = {"apikey": key, "Authorization": f"Bearer {token or key}", "Prefer": preference}
    return httpx.get(f"{stack.url}/rest/v1/genres", params={"limit": 1}, headers=headers)


@pytest.mark.parametrize(
    "preference",
    [
        "count=planned",
        "count=estimated",
        "handling=lenient, count=planned",
        "COUNT = planned",
    ],
)
def test_estimated_number_of_rows_is_refused(stack: Stack, viewer: Viewer, preference: str) -> None:
    session = viewer[0].auth.get_session()
    assert session
    for token in (None, session.access_token):
        response = count(stack, stack.anon_key, preference, token)
        # A preference that the server does not understand is ignored: no number is returned.
        assert response.headers.get("content-range", "/*").endswith("/*")
        if preference.startswith(("count=p", "count=e", "handling")):
            assert (response.status_code, response.json()["code"]) == (400, "count_refused")


def test_exact_number_and_estimates_of_the_service_are_returned(stack: Stack) -> None:
    assert "/*" not in count(stack, stack.anon_key, "count=exact").headers["content-range"]
    for preference in ("count=planned", "count=estimated"):
        assert "/*" not in count(stack, stack.service_role_key, preference).headers["content-range"]
