"""Sign-up and sign-in, changes of one's own user, sessions, and administration of users."""

from local.tests.clients.awkward import AWKWARD
from tests.clients.scenarios.language import (
    ABSENT,
    ANY,
    Contains,
    Is,
    Keep,
    Scenario,
    Step,
    ann,
    guest,
    other_guest,
    scenario,
    service,
)

EMAIL = "viewer+{{run}}@example.com"
PASSWORD = "{{password}}"
CREDENTIALS = {"email": EMAIL, "password": PASSWORD}
USER = {"id": Keep("id"), "email": EMAIL, "role": "authenticated", "aud": "authenticated"}
SESSION = {"access_token": Keep("access"), "refresh_token": Keep("refresh"), "token_type": "bearer"}
SIGNED_UP = guest.auth.signUp(CREDENTIALS).gives({"user": USER, "session": SESSION})
LIFETIME = Is(lambda seconds: 800 < seconds <= 900, "at most 900 seconds")
"""Clients count it from the end of the token, so it may be a second less already."""
WHO = {"data": {"greeting": "« Ça »; 100 % + 🎬"}}


def signing_in(address: str) -> Step:
    signed_in = {"user": {"id": "{{id}}", "email": EMAIL}}
    return guest.auth.signInWithPassword({"email": address, "password": PASSWORD}).gives(signed_in)


SCENARIOS: tuple[Scenario, ...] = (
    scenario(
        "a sign-up creates a session, a user and an identity",
        guest.auth.signUp({**CREDENTIALS, "options": WHO}).gives({"user": USER, "session": SESSION}),
        guest.auth.getSession().gives({"session": {"access_token": "{{access}}", "expires_in": LIFETIME}}),
        guest.auth.getUser().gives({"user": {**USER, "is_anonymous": False, "user_metadata": WHO["data"]}}),
        guest.auth.getUserIdentities().gives({"identities": [{"user_id": "{{id}}", "provider": "email"}]}),
        guest.from_("accounts").select("id").gives([{"id": "{{id}}"}]),
    ),
    scenario(
        "an e-mail address is case-insensitive",
        guest.auth.signUp({"email": "VIEWER+{{run}}@Example.COM", "password": PASSWORD}).gives(
            {"user": USER}
        ),
        signing_in("Viewer+{{run}}@EXAMPLE.com"),
        other_guest.auth.signUp(CREDENTIALS).refused(code="user_already_exists", status=422),
    ),
    scenario(
        "a wrong password and an unknown address are refused alike",
        SIGNED_UP,
        other_guest.auth.signInWithPassword({"email": EMAIL, "password": "wrong; {{password}}"}).refused(
            code="invalid_credentials", status=400
        ),
        other_guest.auth.signInWithPassword({"email": f"x{EMAIL}", "password": PASSWORD}).refused(
            code="invalid_credentials", status=400
        ),
        other_guest.from_("accounts").select("id").refused(code="42501"),
    ),
    scenario(
        "a weak password is refused with its reason",
        guest.auth.signUp({"email": EMAIL, "password": "12345"}).refused(
            code="weak_password", reasons=["length"]
        ),
        guest.auth.signUp({"email": "no address", "password": PASSWORD}).refused(code="validation_failed"),
    ),
    scenario(
        "metadata is returned as sent; an update merges and null removes",
        guest.auth.signUp({**CREDENTIALS, "options": {"data": AWKWARD | {"nothing": None}}}).gives(
            {"user": {"user_metadata": AWKWARD | {"nothing": ABSENT}}}
        ),
        guest.auth.updateUser({"data": {"plus": None, "spaces": "+"}}).gives({"user": {"id": ANY}}),
        guest.auth.getUser().gives({"user": {"user_metadata": AWKWARD | {"spaces": "+", "plus": ABSENT}}}),
    ),
    scenario(
        "an anonymous user becomes permanent and keeps its id",
        guest.auth.signInAnonymously({"options": {"data": {"theme": "dark"}}}).gives(
            {"user": {"id": Keep("id"), "is_anonymous": True}}
        ),
        guest.auth.getClaims().gives({"claims": {"sub": "{{id}}", "is_anonymous": True}}),
        guest.auth.updateUser({"password": PASSWORD}).refused(code="validation_failed"),
        guest.auth.updateUser({"email": ann.email}).refused(code="email_exists"),
        guest.auth.updateUser(CREDENTIALS).gives({"user": {"id": "{{id}}", "is_anonymous": False}}),
        signing_in(EMAIL),
        guest.auth.getUser().gives({"user": {"user_metadata": {"theme": "dark", "email_verified": True}}}),
    ),
    scenario(
        "a permanent user cannot change to an unconfirmed address or to the same password",
        SIGNED_UP,
        guest.auth.updateUser({"email": "other+{{run}}@example.com"}).refused(code="email_provider_disabled"),
        guest.auth.updateUser({"password": PASSWORD}).refused(code="same_password"),
    ).differing("auth", "A permanent user's new email address is refused"),
    scenario(
        "a refresh returns new tokens of the same session, also on another device",
        SIGNED_UP,
        guest.auth.refreshSession().gives({"session": {"refresh_token": Keep("second")}}),
        other_guest.auth.refreshSession({"refresh_token": "{{second}}"}).gives(
            {"user": {"id": "{{id}}"}, "session": {"refresh_token": Keep("third")}}
        ),
        other_guest.auth.getUser().gives({"user": {"email": EMAIL}}),
        other_guest.from_("accounts").select("id").gives([{"id": "{{id}}"}]),
    ),
    scenario(
        "tokens of a session work on another device",
        SIGNED_UP,
        other_guest.auth.setSession({"access_token": "{{access}}", "refresh_token": "{{refresh}}"}).gives(
            {"user": {"id": "{{id}}"}}
        ),
        other_guest.from_("accounts").select("id").gives([{"id": "{{id}}"}]),
        other_guest.auth.getUser("{{access}}").gives({"user": {"id": "{{id}}"}}),
        other_guest.auth.getUser("{{access}}x").refused(code="bad_jwt", status=403),
    ),
    scenario(
        "an unknown refresh token is refused",
        guest.auth.refreshSession({"refresh_token": "aaaaaaaaaaaa"}).refused(code="refresh_token_not_found"),
    ),
    scenario(
        "a sign-out ends the sessions of its scope",
        SIGNED_UP,
        other_guest.auth.signInWithPassword(CREDENTIALS).gives({"user": {"id": "{{id}}"}}),
        guest.auth.signOut({"scope": "local"}).gives(None),
        guest.auth.getSession().gives({"session": None}),
        guest.from_("accounts").select("id").refused(code="42501"),
        other_guest.auth.getUser().gives({"user": {"id": "{{id}}"}}),
        signing_in(EMAIL),
        guest.auth.signOut({"scope": "others"}).gives(None),
        guest.auth.getUser().gives({"user": {"id": "{{id}}"}}),
        other_guest.from_("accounts").select("id").refused(code="session_ended"),
        other_guest.auth.getUser().refused(),
    ),
    scenario(
        "a new password ends the other sessions and the old password",
        SIGNED_UP,
        other_guest.auth.signInWithPassword(CREDENTIALS).gives({"user": {"id": "{{id}}"}}),
        guest.auth.updateUser({"password": "{{password}} 2"}).gives({"user": {"id": "{{id}}"}}),
        guest.from_("accounts").select("id").gives([{"id": "{{id}}"}]),
        other_guest.auth.refreshSession().refused(code="refresh_token_not_found"),
        other_guest.auth.signInWithPassword(CREDENTIALS).refused(code="invalid_credentials"),
        other_guest.auth.signInWithPassword({"email": EMAIL, "password": "{{password}} 2"}).gives(
            {"user": {"id": "{{id}}"}}
        ),
    ),
    scenario(
        "the service creates, finds, changes and deletes users",
        service.auth.admin.createUser(
            {**CREDENTIALS, "email_confirm": True, "user_metadata": AWKWARD, "app_metadata": {"a": [1]}}
        ).gives({"user": {"id": Keep("id"), "user_metadata": AWKWARD, "app_metadata": {"a": [1]}}}),
        signing_in(EMAIL),
        service.auth.admin.getUserById("{{id}}").gives({"user": {"email": EMAIL}}),
        service.auth.admin.listUsers({"page": 1, "perPage": 1}).gives({"users": [{"id": Keep("newest")}]}),
        service.auth.admin.updateUserById("{{id}}", {"user_metadata": {"a+b": "&;"}}).gives(
            {"user": {"user_metadata": {"a+b": "&;", "emoji": AWKWARD["emoji"]}}}
        ),
        service.auth.admin.deleteUser("{{id}}").gives(),
        service.auth.admin.getUserById("{{id}}").refused(code="user_not_found", status=404),
        guest.auth.signInWithPassword(CREDENTIALS).refused(code="invalid_credentials"),
    ),
    scenario(
        "users and guests cannot administer users",
        ann.auth.admin.listUsers({"page": 1, "perPage": 1}).refused(status=ANY),
        guest.auth.admin.createUser(CREDENTIALS).refused(status=ANY),
        ann.auth.admin.deleteUser(ann.id).refused(message=Contains("not")),
        ann.auth.getUser().gives({"user": {"id": ann.id}}),
    ),
)
