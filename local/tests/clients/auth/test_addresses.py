"""E-mail addresses that mislead readers, or that no mail server has."""

import uuid

import httpx
import pytest
from supabase import AuthApiError, Client

ODD = ["{}@localhost", "{}@127.0.0.1", "{}..b@example.com", ".{}.@example.com", f"{{}}{'a' * 200}@b.c"]
"""Accepted by GoTrue, which validates addresses as browsers do."""


@pytest.mark.parametrize(
    "email",
    [
        "a@<b>.com",
        "a@b.<script>alert(1)</script>",
        "<b>a</b>@example.com",
        'a"onload=x@example.com',
        "a@exam\u202eple.com",
        "\u202ea@example.com",
        "a\u200b@example.com",
        "a@exam\u200dple.com",
        "a@example\u00ad.com",
        "a@example.com\u2028",
        "a@exa\u0007mple.com",
        "a\u007f@example.com",
        "a@ex\u0430mple.com",
        "a@münchen.example",
        "a@example.com.",
        "a@.example.com",
        "a@example..com",
        "a@-example.com",
        "a@example-.com",
        "a@exam_ple.com",
        "a@[127.0.0.1]",
        "a@[::1]",
        "a@example.com:25",
        "a@example.com/x",
        "a@example.com?x=y",
        "a@b@example.com",
        "a@example.com,b@example.com",
        "a@example.com;b",
        "a@example.com\nBcc: b@example.com",
        "a@example.com%0a",
        "a@" + "b" * 64 + ".com",
        f"{'a' * 248}@b.c.com",
    ],
)
def test_an_address_of_odd_letters_or_an_odd_host_is_refused(
    http: httpx.Client, admin: Client, email: str
) -> None:
    response = http.post("/signup", json={"email": email, "password": "correct horse"})
    assert (response.status_code, response.json()["error_code"]) == (400, "validation_failed")
    with pytest.raises(AuthApiError) as raised:
        admin.auth.admin.create_user({"email": email})
    assert raised.value.code == "validation_failed"


@pytest.mark.parametrize(
    "email",
    [
        "{}+tag@example.com",
        "o'{}@ex-ample.co.uk",
        "{}@xn--mnchen-3ya.example",
        "{}@1.example",
        "{}@3com.com",
        *ODD,
    ],
)
def test_an_address_that_is_only_rare_is_taken(http: httpx.Client, email: str) -> None:
    address = email.format(uuid.uuid4().hex)
    http.post("/signup", json={"email": address, "password": "correct horse"}).raise_for_status()
