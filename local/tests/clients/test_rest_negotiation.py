"""Pages, preferences and media types of reads, as PostgREST 14 reads them."""

from collections.abc import Iterator

import httpx
import psycopg
import pytest

from local.temporary_stack import Stack

pytestmark = pytest.mark.usefixtures("rest_rows")

ALL = [1, 2, 3, 4]


@pytest.fixture
def http(stack: Stack) -> Iterator[httpx.Client]:
    with httpx.Client(base_url=f"{stack.url}/rest/v1", headers={"apikey": stack.anon_key}) as client:
        yield client


@pytest.mark.parametrize(
    ("page", "wanted", "expected"),
    [
        ("offset=-1", None, ALL),
        ("offset=-4&limit=6", None, [1, 2]),
        ("offset=x", None, ALL),
        ("limit=x", None, ALL),
        ("limit=1.5", None, ALL),
        ("limit=", None, ALL),
        ("limit=0", None, []),
        ("limit=99999999999999999", None, ALL),
        ("limit=2", "0-0", [1]),
        ("limit=1", "0-2", [1]),
        ("limit=3", "1-", [2, 3]),
        ("offset=1", "0-2", [2, 3]),
        ("", "1-2", [2, 3]),
        ("", "2-", [3, 4]),
        ("", "-2", ALL),
        ("", "items=0-0", ALL),
        ("", "bytes=0-0,2-2", ALL),
        ("", "a-b", ALL),
        ("", "0-99999999999999999999", ALL),
    ],
)
def test_a_page_has_the_rows_that_it_names(
    http: httpx.Client, page: str, wanted: str | None, expected: list[int]
) -> None:
    headers = {"Range": wanted} if wanted else {}
    response = http.get(f"/rest_films?select=id&order=id&{page}", headers=headers)
    assert (response.status_code, [row["id"] for row in response.json()]) == (200, expected)


@pytest.mark.parametrize(
    ("page", "wanted", "details"),
    [
        ("limit=-1", None, "Limit should be greater than or equal to zero."),
        ("limit=2&offset=-4", None, "Limit should be greater than or equal to zero."),
        (
            "",
            "5-2",
            "The lower boundary must be lower than or equal to the upper boundary in the Range header.",
        ),
    ],
)
def test_a_page_that_cannot_be_is_refused(
    http: httpx.Client, page: str, wanted: str | None, details: str
) -> None:
    response = http.get(f"/rest_films?{page}", headers={"Range": wanted} if wanted else {})
    assert (response.status_code, response.json()["code"]) == (416, "PGRST103")
    assert response.json()["details"] == details


def test_a_range_counts_for_get_alone(http: httpx.Client) -> None:
    headers = {"Range": "0-0", "Prefer": "count=exact"}
    assert http.head("/rest_films", headers=headers).headers["content-range"] == "0-3/4"
    response = http.post("/rpc/rest_films_of?select=id", json={"director": 2}, headers={"Range": "0-0"})
    assert len(response.json()) == 2


# Preferences


@pytest.mark.parametrize(
    "preference",
    [
        "timezone=Mars/Base",
        "timezone=",
        "timezone=05:30",
        "timezone=europe/berlin'; drop table x; --",
        "foo",
        "return=everything",
        "count=all",
        "missing=x",
        "resolution=x",
        "params=single-object",
        "Return=minimal",
    ],
)
def test_unknown_preference_is_ignored_unless_handling_is_strict(http: httpx.Client, preference: str) -> None:
    for headers in [{"Prefer": preference}, {"Prefer": f"handling=lenient, {preference}"}]:
        response = http.get("/rest_films?select=id&id=eq.1", headers=headers)
        assert (response.status_code, response.json()) == (200, [{"id": 1}])
        assert preference not in response.headers.get("preference-applied", "")
    response = http.get("/rest_films", headers={"Prefer": f"handling=strict, {preference}"})
    assert (response.status_code, response.json()["code"]) == (400, "PGRST122")
    assert response.json()["details"] == f"Invalid preferences: {preference}"


def test_a_time_zone_that_is_known_is_applied(http: httpx.Client) -> None:
    headers = {"Prefer": "handling=strict, timezone=Asia/Tokyo"}
    response = http.get("/rest_films?select=seen_at&id=eq.1", headers=headers)
    assert response.json() == [{"seen_at": "2026-01-02T12:04:05.5+09:00"}]
    assert "timezone=Asia/Tokyo" in response.headers["preference-applied"]


def test_first_of_two_preferences_of_one_kind_applies(
    http: httpx.Client, rest_schema: psycopg.Connection
) -> None:
    headers = {"Prefer": "return=minimal, return=representation"}
    response = http.post("/rest_notes", json={"body": "x"}, headers=headers)
    assert (response.status_code, response.content) == (201, b"")


# Media types


@pytest.mark.parametrize(
    ("accept", "kind"),
    [
        ("text/csv;q=0, */*", "application/json"),
        ("text/csv;q=0.0,application/json", "application/json"),
        ("text/csv; Q=0, application/json;q=0.1", "application/json"),
        ("text/csv;q=0.1, application/json", "application/json"),
        ("application/json;q=0.1, text/csv;q=0.2", "text/csv"),
        ("application/json;q=0, text/csv", "text/csv"),
        ("text/csv", "text/csv"),
        ("TEXT/CSV", "text/csv"),
        ("*/*, text/csv", "text/csv"),
        ("text/html, */*;q=0.8", "application/json"),
        ("text/html, text/csv;q=0.5, */*;q=0.1", "text/csv"),
        ("application/vnd.pgrst.object+json;q=0, application/json", "application/json"),
        ("application/json;q=0.5, application/vnd.pgrst.object+json", "application/vnd.pgrst.object+json"),
    ],
)
def test_the_type_that_is_liked_best_is_given(http: httpx.Client, accept: str, kind: str) -> None:
    response = http.get("/rest_films?select=id&id=eq.1", headers={"Accept": accept})
    assert (response.status_code, response.headers["content-type"].split(";")[0]) == (200, kind)


@pytest.mark.parametrize(
    "accept",
    [
        "text/csv;q=0",
        "text/csv;q=0, text/html;q=0",
        "application/json; q=0",
        "*/*;q=0",
        "text/html",
        "image/*",
    ],
)
def test_a_type_that_is_not_given_is_refused(http: httpx.Client, accept: str) -> None:
    response = http.get("/rest_films", headers={"Accept": accept})
    assert (response.status_code, response.json()["code"]) == (406, "PGRST107")
