"""The request id: from the gateway through the services into their logs, and back to the client."""

import json
import uuid
from typing import Any

import httpx
import psycopg
import pytest

from local.temporary_stack import Stack
from local.tests.waiting import until


def lines(stack: Stack, log: str, request_id: str) -> list[dict[str, Any]]:
    """The lines of a service's log about the request, once there are some."""

    def complete_lines() -> list[str]:
        """Whole: what has no end yet is just being written."""
        *whole, _ = stack.settings.log(log).read_text(errors="replace").split("\n")
        return [line for line in whole if request_id in line]

    until(complete_lines)
    return [json.loads(line) for line in complete_lines()]


@pytest.mark.parametrize(
    ("method", "path", "logs"),
    [
        ("GET", "/rest/v1/genres?limit=1", ["rest"]),
        ("GET", "/rest/v1/nowhere", ["rest"]),
        ("POST", "/rest/v1/rpc/get_popular_items", ["rest"]),
        pytest.param("GET", "/auth/v1/user", ["platform"], marks=pytest.mark.own("auth")),
        pytest.param("GET", "/storage/v1/bucket", ["platform"], marks=pytest.mark.own("storage")),
        pytest.param("POST", "/realtime/v1/api/broadcast", ["platform"], marks=pytest.mark.own("realtime")),
        ("GET", "/functions/v1/no-such-function", ["platform"]),
        ("GET", "/search/semantic?q=robots", ["search", "rest"]),
        ("POST", "/functions/v1/semantic-search", ["platform", "search", "rest"]),
    ],
)
def test_an_id_is_in_the_log_of_every_part_the_request_goes_through(
    stack: Stack, method: str, path: str, logs: list[str]
) -> None:
    request_id = f"trace:{uuid.uuid4().hex}/1"
    headers = {"apikey": stack.publishable_key, "x-request-id": request_id}
    body = {"q": "robots"} if "semantic" in path and method == "POST" else {}
    response = httpx.request(
        method, stack.url + path, headers=headers, json=body if method == "POST" else None, timeout=60
    )
    assert response.headers.get_list("x-request-id") == [request_id]
    for log in logs:
        assert lines(stack, log, request_id)


@pytest.mark.own("auth")
def test_an_id_is_made_where_none_was_sent_and_is_in_the_log(stack: Stack) -> None:
    response = httpx.get(f"{stack.url}/auth/v1/settings", headers={"apikey": stack.anon_key})
    request_id = response.headers["x-request-id"]
    assert str(uuid.UUID(request_id)) == request_id
    (line,) = lines(stack, "platform", request_id)
    assert (line["path"], line["status"]) == ("/auth/v1/settings", 200)


def test_invalid_request_id_is_not_logged(stack: Stack) -> None:
    mark = uuid.uuid4().hex
    for invalid_id in (f'{mark}","level":"error', f"{mark} {{env.HOME}}", f"<b>{mark}"):
        headers = {"apikey": stack.anon_key, "x-request-id": invalid_id}
        for path in ("/rest/v1/genres?limit=1", "/auth/v1/settings", "/search/semantic?q=x"):
            response = httpx.get(stack.url + path, headers=headers)
            assert uuid.UUID(response.headers["x-request-id"])
    assert not [log for log in stack.settings.logs.glob("*.log") if mark.encode() in log.read_bytes()]


def test_the_database_knows_the_id(stack: Stack) -> None:
    """The gateway's, as the audit log notes it."""
    account = {"email": f"{uuid.uuid4().hex}@example.com", "password": uuid.uuid4().hex}
    headers = {"apikey": stack.secret_key}
    created = httpx.post(f"{stack.url}/auth/v1/admin/users", json=account, headers=headers).raise_for_status()
    granted = httpx.post(
        f"{stack.url}/rest/v1/rpc/grant_role",
        json={"user_id": created.json()["id"], "role": "editor"},
        headers=headers,
    )
    assert granted.is_success, granted.text
    with psycopg.connect(stack.database_url) as connection:
        row = connection.execute(
            "select request_id from private.audit_log where subject_id = %s order by id desc limit 1",
            [created.json()["id"]],
        ).fetchone()
    assert row == (granted.headers["x-request-id"],)
