"""Data export, account deletion and consents, through supabase-py and the gateway."""

from datetime import UTC, datetime, timedelta
from typing import Any

import psycopg
import pytest
from postgrest.exceptions import APIError
from supabase import AuthApiError, Client

from tests.conftest import Stack

Viewer = tuple[Client, str]


def test_viewer_exports_their_own_data_only(
    viewer: Viewer, other_viewer: Viewer, films: dict[str, str]
) -> None:
    for client, rating in ((viewer[0], 4.5), (other_viewer[0], 1)):
        client.table("ratings").upsert({"item_id": films["A"], "rating": rating}).execute()
    export: Any = viewer[0].rpc("export_my_data").execute().data
    assert [row["rating"] for row in export["ratings"]] == [4.5]
    assert [row["id"] for row in export["accounts"]] == [viewer[1]]
    assert len(export["auth.sessions"]) == 1
    assert other_viewer[1] not in str(export)
    assert "encrypted_password" not in str(export)


def test_viewer_requests_reads_and_cancels_an_account_deletion(viewer: Viewer) -> None:
    client, user = viewer
    due = client.rpc("delete_my_account").execute().data
    left = datetime.fromisoformat(str(due)) - datetime.now(UTC)
    assert timedelta(days=29, hours=23) < left < timedelta(days=30, hours=1)
    assert client.rpc("delete_my_account").execute().data == due
    rows: Any = client.table("account_deletions").select("account_id, due_at").execute().data
    assert rows == [{"account_id": user, "due_at": due}]
    assert client.rpc("cancel_account_deletion").execute().data is True
    assert client.rpc("cancel_account_deletion").execute().data is False
    assert client.table("account_deletions").select("due_at").execute().data == []


def test_token_of_an_erased_account_is_refused(stack: Stack, viewer: Viewer) -> None:
    client, user = viewer
    client.rpc("delete_my_account").execute()
    client.auth.refresh_session()
    assert client.table("profiles").select("name").execute().data
    with psycopg.connect(stack.database_url) as db:
        db.execute(
            "update account_deletions set requested_at = now() - interval '31 days', due_at = now() "
            "where account_id = %s",
            [user],
        )
        assert db.execute("select private.erase_account(%s)", [user]).fetchone() == (True,)
    for call in (client.table("profiles").select("name"), client.rpc("export_my_data")):
        with pytest.raises(APIError) as error:
            call.execute()
        assert error.value.code == "session_ended"
    with pytest.raises(AuthApiError):
        client.auth.refresh_session()


def test_viewer_records_a_consent_to_a_known_purpose(viewer: Viewer) -> None:
    client, user = viewer
    consent: Any = client.rpc("record_consent", {"purpose": "terms", "granted": True, "version": "a+b & c"})
    row = consent.execute().data
    assert (row["account_id"], row["document_version"], row["is_granted"]) == (user, "a+b & c", True)
    with pytest.raises(APIError) as error:
        client.rpc("record_consent", {"purpose": "fortune", "granted": True, "version": "1"}).execute()
    assert (error.value.code, error.value.details) == ("22023", '{"field": "purpose"}')
