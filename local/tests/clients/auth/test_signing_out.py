"""Which sessions end when a user signs out or changes the password."""

from collections.abc import Callable
from typing import Any

import httpx
import pytest
from supabase import Client

from local.tests.clients.auth.sessions import refresh, refused, sign_in, sign_up, user


@pytest.mark.parametrize(
    ("scope", "this_one", "the_other"),
    [("local", "ended", "alive"), ("others", "alive", "ended"), ("global", "ended", "ended")],
)
def test_signing_out_ends_the_sessions_of_its_scope(
    app: Client,
    connect: Callable[[], Client],
    http: httpx.Client,
    scope: Any,
    this_one: str,
    the_other: str,
) -> None:
    other = sign_up(connect())
    this = sign_in(app, other)
    app.auth.sign_out({"scope": scope})
    for session, state in ((this, this_one), (other, the_other)):
        profile = user(http, session.access_token)
        renewed = refresh(http, session.refresh_token)
        if state == "alive":
            assert (profile.status_code, renewed.status_code) == (200, 200)
        else:
            assert refused("session_not_found", profile)
            assert refused("refresh_token_not_found", renewed)
