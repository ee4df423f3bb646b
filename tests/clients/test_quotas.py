"""Limits on what one account may store and send, through the official clients and the gateway."""

import base64
import time
import uuid
from collections.abc import Callable, Iterator
from typing import Any

import httpx
import pytest
from postgrest.exceptions import APIError
from storage3.exceptions import StorageApiError
from supabase import AuthApiError, Client, ClientOptions, create_client

from tests.conftest import Stack

Viewer = tuple[Client, str]
PIXEL = bytes.fromhex(
    "89504e470d0a1a0a0000000d49484452000000010000000108060000001f15c4890000000d49444154789c6360606060"
    "00000005000150a0f2d60000000049454e44ae426082"
)


@pytest.mark.own("auth", why="a refused change of a user, or of the metadata of a new one")
@pytest.mark.parametrize("size", [16_100, 900_000])
def test_large_user_metadata_is_refused_and_the_session_still_works(viewer: Viewer, size: int) -> None:
    client, _ = viewer
    with pytest.raises(AuthApiError, match="16,000 bytes") as refused:
        client.auth.update_user({"data": {"bio": "x" * size}})
    assert refused.value.status == 400
    client.auth.refresh_session()
    assert client.table("profiles").select("name").execute().data


@pytest.mark.own("auth", why="a refused change of a user, or of the metadata of a new one")
def test_sign_up_with_large_metadata_is_refused(anon: Client) -> None:
    words: Any = {"email": f"{uuid.uuid4().hex}@example.com", "password": uuid.uuid4().hex}
    with pytest.raises(AuthApiError, match="16,000 bytes") as refused:
        anon.auth.sign_up(words | {"options": {"data": {"bio": "x" * 900_000}}})
    assert refused.value.status == 400


def test_metadata_too_large_for_a_token_is_left_out_of_it(viewer: Viewer) -> None:
    client, _ = viewer
    client.auth.update_user({"data": {"name": "अनुराधा", "bio": "x" * 9_000}})
    client.auth.refresh_session()
    session = client.auth.get_session()
    assert session and len(session.access_token) < 4_000
    response = client.auth.get_user()
    assert response and response.user.user_metadata["name"] == "अनुराधा"
    client.auth.update_user({"data": {"bio": None}})
    client.auth.refresh_session()
    claims: Any = client.auth.get_claims()
    assert claims["claims"]["user_metadata"]["name"] == "अनुराधा"


def test_eleventh_avatar_file_is_refused(viewer: Viewer) -> None:
    client, user = viewer
    files = client.storage.from_("avatars")
    names = [f"{user}/{number}.png" for number in range(10)]
    try:
        for name in names:
            files.upload(name, PIXEL, {"content-type": "image/png"})
        with pytest.raises(StorageApiError, match="up to 10 files") as refused:
            files.upload(f"{user}/10.png", PIXEL, {"content-type": "image/png"})
        assert refused.value.status in (403, "403")
        files.remove(names[:1])
        files.upload(f"{user}/10.png", PIXEL, {"content-type": "image/png"})
        files.upload(names[1], PIXEL, {"content-type": "image/png", "upsert": "true"})
    finally:
        files.remove([*names, f"{user}/10.png"])


def test_anonymous_user_cannot_upload_files(connect: Callable[..., Client]) -> None:
    client = connect()
    user = client.auth.sign_in_anonymously().user
    assert user
    for bucket, name, kind in (("avatars", "a.png", "image/png"), ("speech", "a.ogg", "audio/ogg")):
        with pytest.raises(StorageApiError, match="up to 0 files"):
            client.storage.from_(bucket).upload(f"{user.id}/{name}", PIXEL, {"content-type": kind})
    uploads = f"{client.storage_url}upload/resumable"
    session = client.auth.get_session()
    assert session
    headers = {
        **{
            "apikey": client.supabase_key,
            "authorization": f"Bearer {session.access_token}",
            "tus-resumable": "1.0.0",
        },
        **{"upload-length": "100", "upload-metadata": resumable(f"{user.id}/a.png")},
    }
    assert httpx.post(uploads, headers=headers).status_code == 403


def resumable(name: str) -> str:
    metadata = {"bucketName": "avatars", "objectName": name, "contentType": "image/png"}
    return ",".join(f"{key} {base64.b64encode(value.encode()).decode()}" for key, value in metadata.items())


@pytest.fixture(scope="module")
def writer(stack: Stack) -> Iterator[Client]:
    """One signed-in client for all refused writes."""
    with httpx.Client() as http:
        options = ClientOptions(auto_refresh_token=False, httpx_client=http)
        client = create_client(stack.url, stack.anon_key, options)
        client.auth.sign_up({"email": f"writer-{uuid.uuid4().hex}@example.com", "password": uuid.uuid4().hex})
        yield client


BAD: list[tuple[str, dict[str, Any], str]] = [
    ("profiles", {"preferences": {"a": "x" * 20_000}}, "preferences"),
    ("profiles", {"avatar_path": "javascript:alert(1)"}, "avatar_path"),
    ("profiles", {"name": "\u202eAnn"}, "name"),
    ("profiles", {"language_preference": "english"}, "language_preference"),
    ("profiles", {"learning_languages": ["french"]}, "learning_languages"),
    ("profiles", {"maturity_rating": "X"}, "maturity_rating"),
    ("accounts", {"display_name": " "}, "display_name"),
    ("accounts", {"username": "admin"}, "username"),
    ("accounts", {"username": "a b"}, "username"),
    ("accounts", {"country": "India"}, "country"),
    ("accounts", {"locale": "x" * 100_000}, "locale"),
]


@pytest.mark.parametrize(("table", "values", "field"), BAD)
def test_refused_column_value_names_field_and_allowed_values(
    writer: Client, table: str, values: dict[str, Any], field: str
) -> None:
    with pytest.raises(APIError) as refused:
        writer.table(table).update(values).neq("created_at", "2000-01-01").execute()
    assert refused.value.code == "23514"
    assert str(refused.value.message).startswith(f"{field} must")
    assert f'"field": "{field}"' in str(refused.value.details)


LONG = "x" * 100_000
CALLS: list[tuple[str, dict[str, Any], str]] = [
    ("suggest", {"q": LONG}, "q"),
    ("suggest", {"q": "a", "count": 10**6}, "count"),
    ("search_content", {"query": LONG}, "query"),
    ("search_content", {"query": "a", "genre": LONG}, "genre"),
    ("search_content", {"query": "a", "language": LONG}, "language"),
    ("search_content", {"query": "a", "kind": LONG}, "kind"),
    ("search_content", {"query": "a", "tier": LONG}, "tier"),
    ("search_content", {"query": "a", "cursor": LONG}, "cursor"),
    ("search_content", {"query": "a", "count": 10**6}, "count"),
    ("search_content", {"query": "a", "year_from": -5}, "year_from"),
    ("match_movies", {"query_embedding": str([1] * 1000)}, "query_embedding"),
    ("match_movies", {"query_embedding": str([0] * 384)}, "query_embedding"),
    ("match_books", {"query_embedding": str([1] * 384), "match_count": 10**6}, "match_count"),
    ("match_content", {"query_embedding": str([1] * 384), "match_threshold": 7}, "match_threshold"),
    ("match_content", {"query_embedding": str([1] * 384), "kind": LONG}, "kind"),
    ("get_popular_items", {"limit": 10**6}, "limit"),
    ("get_popular_items", {"kind": LONG}, "kind"),
    ("get_trending_items", {"country": LONG}, "country"),
    ("get_trending_items", {"language": LONG}, "language"),
    ("get_trending_items", {"count": 10**6}, "count"),
    ("get_onboarding_items", {"count": 10**6}, "count"),
    ("get_recommendations", {"count": 10**6}, "count"),
    ("get_recommendations", {"diversity": 5}, "diversity"),
    ("record_consent", {"purpose": LONG, "granted": True, "version": "1"}, "purpose"),
    ("record_consent", {"purpose": "terms", "granted": True, "version": LONG}, "version"),
    ("record_consent", {"purpose": "terms", "granted": True, "version": "\u200b"}, "version"),
    ("record_interactions", {"events": [{"x": LONG}] * 25}, "events"),
    ("record_interactions", {"events": [{}] * 501}, "events"),
]


@pytest.mark.parametrize(("function", "values", "field"), CALLS, ids=lambda value: str(value)[:30])
def test_function_parameter_out_of_bounds_is_refused(
    writer: Client, function: str, values: dict[str, Any], field: str
) -> None:
    with pytest.raises(APIError) as refused:
        writer.rpc(function, values).execute()
    assert refused.value.code == "22023"
    assert f'"field": "{field}"' in str(refused.value.details)
    assert len(str(refused.value.message)) < 300


def test_backtracking_regex_ends_at_the_statement_timeout(viewer: Viewer) -> None:
    """The query holds a connection for at most 4 s; a server may refuse it earlier."""
    client, _ = viewer
    client.table("profiles").update({"name": "a" * 99}).neq("name", "").execute()
    pattern = "^" + "(.*)" * 7 + "".join(f"\\{number}" for number in range(1, 8)) + "$"
    began = time.monotonic()
    with pytest.raises(APIError) as refused:
        client.table("profiles").select("id").filter("name", "match", pattern).execute()
    assert time.monotonic() - began < 6
    assert refused.value.code
