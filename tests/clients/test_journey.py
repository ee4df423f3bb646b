"""An app's actions change its next lists; scenarios/ test the single calls."""

import uuid
from collections.abc import Iterator
from typing import Any

import httpx
import psycopg
import pytest
from postgrest.exceptions import APIError
from supabase import Client

from tests.conftest import Stack

Viewer = tuple[Client, str]


def refused(call: Any) -> APIError:
    with pytest.raises(APIError) as error:
        call.execute()
    return error.value


@pytest.fixture
def others(service: Client) -> Iterator[list[str]]:
    """Eleven raters without a profile: lists use no item that only few people rated."""
    inserted: Any = service.table("raters").insert([{"profile_id": None}] * 11).execute().data
    ids = [row["id"] for row in inserted]
    yield ids
    service.table("raters").delete().in_("id", ids).execute()


def test_new_ratings_change_the_next_recommendations(
    viewer: Viewer, others: list[str], service: Client, films: dict[str, str]
) -> None:
    client, user = viewer
    stars = {"A": 5.0, "B": 3.0, "C": 1.0, "D": 4.0}
    service.table("ratings").insert(
        [
            {"rater_id": rater, "item_id": films[name], "rating": rating}
            for rater in others
            for name, rating in stars.items()
        ]
    ).execute()
    client.table("ratings").upsert(
        [{"item_id": films[name], "rating": stars[name]} for name in "ABC"]
    ).execute()
    recommended: Any = client.rpc("get_collaborative_recommendations", {"user_id": user}).execute().data
    assert [row["id"] for row in recommended] == [films["D"]]
    predicted = client.rpc("predict_rating", {"user_id": user, "item_id": films["D"]}).execute().data
    assert recommended[0]["predicted_rating"] == pytest.approx(predicted)
    first: Any = client.rpc("get_recommendations", {"count": 1}).execute().data
    assert (first[0]["id"], first[0]["reason"]) == (films["D"], "People with your taste liked it")
    client.table("ratings").upsert({"item_id": films["D"], "rating": 0.5}).execute()
    assert client.rpc("get_collaborative_recommendations", {"user_id": user}).execute().data == []


@pytest.mark.parametrize(
    ("key", "status"), [("anon_key", 200), ("service_role_key", 200), ("nonsense", 401), (None, 401)]
)
def test_api_key_alone_determines_the_role(stack: Stack, key: str | None, status: int) -> None:
    headers = {"apikey": getattr(stack, key, key)} if key else {}
    answer = httpx.get(f"{stack.url}/rest/v1/genres?limit=1", headers=headers)
    assert answer.status_code == status
    everyone = httpx.get(f"{stack.url}/rest/v1/user_similarities?limit=1", headers=headers)
    assert (everyone.status_code == 200) == (key == "service_role_key")


def test_disliked_film_is_never_recommended(viewer: Viewer, films: dict[str, str]) -> None:
    client, _ = viewer
    event = {"client_id": str(uuid.uuid4()), "item_id": films["A"], "type": "dislike"}
    client.rpc("record_interactions", {"events": [event]}).execute()
    recommended: Any = client.rpc("get_recommendations", {"count": 200}).execute().data
    assert films["A"] not in {row["id"] for row in recommended}
    assert set(films.values()) - {films["A"]} <= {row["id"] for row in recommended}


def test_recommendations_for_another_accounts_profile_are_refused(
    viewer: Viewer, other_viewer: Viewer
) -> None:
    profile: Any = other_viewer[0].table("profiles").select("id").execute().data
    error = refused(viewer[0].rpc("get_recommendations", {"profile_id": profile[0]["id"]}))
    assert error.code == "42501" and '"field": "profile_id"' in str(error.details)


def test_deleted_account_leaves_old_ratings_pseudonymised(
    stack: Stack, viewer: Viewer, service: Client, films: dict[str, str]
) -> None:
    client, user = viewer
    for title in "AB":
        client.table("ratings").upsert({"item_id": films[title], "rating": 4}).execute()
    with psycopg.connect(stack.database_url) as connection:
        settled = "update ratings set updated_at = now() - interval '8 days' where item_id = %s"
        connection.execute(settled, [films["A"]])
    service.auth.admin.delete_user(user)
    left: Any = (
        service.table("ratings").select("rating, raters(profile_id)").eq("item_id", films["A"]).execute()
    )
    assert left.data == [{"rating": 4, "raters": {"profile_id": None}}]
    young: Any = service.table("ratings").select("rating").eq("item_id", films["B"]).execute()
    assert young.data == []
    gone: Any = service.table("accounts").select("id").eq("id", user).execute()
    assert gone.data == []
