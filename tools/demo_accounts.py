"""Two accounts to sign in with after the demo: a viewer with a taste and a kids profile, and an admin."""

import secrets
from collections.abc import Mapping
from pathlib import Path
from uuid import uuid4

from dotenv import dotenv_values
from supabase import Client, create_client

FILE = Path(__file__).parent.parent / ".env.demo"
"""Their passwords and the PIN of kids mode; git ignores it."""
VIEWER, ADMIN = "viewer@cinefluent.example", "admin@cinefluent.example"
KIDS_PROFILE = "Kiddo"


def prepare(url: str, anon_key: str, service_key: str, taste: Mapping[str, float]) -> None:
    """Create the accounts, or set their passwords to those in the file; `taste` has ratings by item id.

    Raises AuthError, PostgrestAPIError and httpx.TransportError.
    """
    known = passwords()
    service = create_client(url, service_key)
    ids = {user.email: user.id for user in service.auth.admin.list_users(page=1, per_page=1000)}
    viewer = account(service, ids.get(VIEWER), VIEWER, known["DEMO_VIEWER_PASSWORD"])
    admin = account(service, ids.get(ADMIN), ADMIN, known["DEMO_ADMIN_PASSWORD"])
    service.rpc("grant_role", {"user_id": admin, "role": "admin"}).execute()
    client = create_client(url, anon_key)
    client.auth.sign_in_with_password({"email": VIEWER, "password": known["DEMO_VIEWER_PASSWORD"]})
    client.table("ratings").upsert(
        [{"item_id": id, "rating": stars} for id, stars in taste.items()]
    ).execute()
    profiles = client.table("profiles").select("id").eq("account_id", viewer).eq("is_kids", True).execute()
    if not profiles.data:
        client.table("profiles").insert({"name": KIDS_PROFILE, "is_kids": True}).execute()
    client.rpc("set_account_pin", {"pin": known["DEMO_PIN"]}).execute()


def passwords() -> dict[str, str]:
    """The words of the file, which is written for its owner alone if it is not there yet."""
    known = {name: value for name, value in dotenv_values(FILE).items() if value}
    if not {"DEMO_VIEWER_PASSWORD", "DEMO_ADMIN_PASSWORD", "DEMO_PIN"} <= known.keys():
        known = {
            "DEMO_VIEWER_PASSWORD": uuid4().hex,
            "DEMO_ADMIN_PASSWORD": uuid4().hex,
            "DEMO_PIN": f"{secrets.randbelow(10_000):04}",
        }
        FILE.touch(mode=0o600)
        FILE.write_text("".join(f"{name}={value}\n" for name, value in known.items()))
    return known


def account(service: Client, id: str | None, email: str, password: str) -> str:
    """The id of the account, whose password this is from now on; without an id it is created."""
    if id:
        service.auth.admin.update_user_by_id(id, {"password": password})
        return id
    created = service.auth.admin.create_user({"email": email, "password": password, "email_confirm": True})
    return created.user.id
