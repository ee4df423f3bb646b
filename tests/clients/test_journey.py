"""What an app does, through supabase-py and the gateway."""

import uuid
from typing import Any

import httpx
import pytest
from postgrest.exceptions import APIError
from supabase import Client

from tests.conftest import Stack

AWKWARD = [
    "two words",
    "a+b",
    'say "this"',
    "O'Neil",
    "x;y",
    "R&B",
    "100%",
    "a,b,(c)",
    "back\\slash",
    "😀 film",
    "שלום עולם",
    "eq.null",
]
Viewer = tuple[Client, str]


def refused(call: Any) -> APIError:
    with pytest.raises(APIError) as error:
        call.execute()
    return error.value


def ratings(client: Client) -> dict[str, float]:
    found: Any = client.table("ratings").select("item_id, rating").execute().data
    return {row["item_id"]: row["rating"] for row in found}


def test_a_viewer_rates_changes_lists_and_deletes(viewer: Viewer, films: dict[str, str]) -> None:
    client, _ = viewer
    client.table("ratings").upsert([{"item_id": films[name], "rating": 4.5} for name in "ABC"]).execute()
    client.table("ratings").upsert({"item_id": films["A"], "rating": 2}).execute()
    client.table("ratings").update({"rating": 3.5}).eq("item_id", films["B"]).execute()
    client.table("ratings").delete().eq("item_id", films["C"]).execute()
    assert ratings(client) == {films["A"]: 2, films["B"]: 3.5}


def test_ratings_change_the_next_list(viewer: Viewer, other_viewer: Viewer, films: dict[str, str]) -> None:
    client, user = viewer
    given = {"A": 5.0, "B": 3.0, "C": 1.0, "D": 4.0}
    other_viewer[0].table("ratings").upsert(
        [{"item_id": films[name], "rating": rating} for name, rating in given.items()]
    ).execute()
    client.table("ratings").upsert(
        [{"item_id": films[name], "rating": given[name]} for name in "ABC"]
    ).execute()
    found: Any = client.rpc("get_collaborative_recommendations", {"user_id": user}).execute().data
    assert [row["id"] for row in found] == [films["D"]]
    predicted = client.rpc("predict_rating", {"user_id": user, "item_id": films["D"]}).execute().data
    assert found[0]["predicted_rating"] == pytest.approx(predicted)
    first: Any = client.rpc("get_recommendations", {"count": 1}).execute().data
    assert (first[0]["id"], first[0]["reason"]) == (films["D"], "People with your taste liked it")
    client.table("ratings").upsert({"item_id": films["D"], "rating": 0.5}).execute()
    assert client.rpc("get_collaborative_recommendations", {"user_id": user}).execute().data == []


def test_nobody_sees_or_changes_anothers_ratings(
    viewer: Viewer, other_viewer: Viewer, films: dict[str, str]
) -> None:
    client, user = viewer
    client.table("ratings").upsert({"item_id": films["A"], "rating": 4}).execute()
    other = other_viewer[0]
    assert ratings(other) == {}
    other.table("ratings").update({"rating": 1}).eq("item_id", films["A"]).execute()
    other.table("ratings").delete().eq("item_id", films["A"]).execute()
    assert ratings(client) == {films["A"]: 4}
    rater: Any = client.table("raters").select("id").execute().data
    error = refused(
        other.table("ratings").insert({"rater_id": rater[0]["id"], "item_id": films["B"], "rating": 1})
    )
    assert error.code == "42501"
    assert refused(other.rpc("predict_rating", {"user_id": user, "item_id": films["A"]})).code == "42501"
    for table in ("accounts", "profiles", "raters"):
        found: Any = other.table(table).select("*").execute().data
        assert len(found) == 1 and user not in str(found)


def test_anon_reads_the_catalogue_and_writes_nothing(anon: Client, films: dict[str, str]) -> None:
    found: Any = anon.table("movies").select("id").in_("id", list(films.values())).execute().data
    assert {row["id"] for row in found} == set(films.values())
    assert anon.rpc("get_popular_items", {"limit": 1}).execute().data
    for call in (
        anon.table("ratings").insert({"item_id": films["A"], "rating": 4}),
        anon.table("ratings").select("*"),
        anon.table("content").delete().eq("id", films["A"]),
        anon.rpc("record_interactions", {"events": []}),
    ):
        assert refused(call).code == "42501"


@pytest.mark.parametrize("rating", [0.7, 9, 0, -1, 0.54, "NaN"])
def test_a_rating_off_the_half_steps_is_refused(
    viewer: Viewer, films: dict[str, str], rating: object
) -> None:
    client, _ = viewer
    error = refused(
        client.table("ratings").upsert(
            [{"item_id": films["A"], "rating": 4}, {"item_id": films["B"], "rating": rating}]
        )
    )
    assert error.code == "23514" and "ratings_half_steps" in (error.message or "")
    assert ratings(client) == {}


def test_an_unknown_item_is_refused(viewer: Viewer) -> None:
    client, _ = viewer
    assert (
        refused(client.table("ratings").insert({"item_id": str(uuid.uuid4()), "rating": 4})).code == "23503"
    )
    assert refused(client.rpc("get_similar_items", {"item_id": str(uuid.uuid4())})).code == "PT404"


@pytest.mark.parametrize(
    ("function", "parameters", "field"),
    [
        ("match_movies", {"query_embedding": [1, 2, 3]}, "query_embedding"),
        ("match_movies", {"query_embedding": [0.1] * 384, "match_count": -1}, "match_count"),
        ("match_movies", {"query_embedding": [0.1] * 384, "match_count": 1_000_000}, "match_count"),
        ("match_movies", {"query_embedding": [0.1] * 384, "match_threshold": -0.5}, "match_threshold"),
        ("match_books", {"query_embedding": None}, "query_embedding"),
        ("get_popular_items", {"limit": 0}, "limit"),
        ("get_recommendations", {"count": 1_000_000}, "count"),
        ("get_recommendations", {"kind": "opera"}, "kind"),
        ("get_recommendations", {"diversity": 2}, "diversity"),
    ],
)
def test_a_parameter_out_of_range_is_named(
    anon: Client, function: str, parameters: dict[str, object], field: str
) -> None:
    error = refused(anon.rpc(function, parameters))
    assert error.code == "22023" and f'"field": "{field}"' in str(error.details)


@pytest.mark.parametrize(
    ("key", "status"), [("anon_key", 200), ("service_role_key", 200), ("nonsense", 401), (None, 401)]
)
def test_a_key_alone_says_who_is_asking(stack: Stack, key: str | None, status: int) -> None:
    headers = {"apikey": getattr(stack, key, key)} if key else {}
    answer = httpx.get(f"{stack.url}/rest/v1/genres?limit=1", headers=headers)
    assert answer.status_code == status
    everyone = httpx.get(f"{stack.url}/rest/v1/user_similarities?limit=1", headers=headers)
    assert (everyone.status_code == 200) == (key == "service_role_key")


@pytest.mark.parametrize("title", AWKWARD)
def test_awkward_titles_are_found_by_every_filter(anon: Client, service: Client, title: str) -> None:
    title = f"{title} {uuid.uuid4().hex[:8]}"
    made: Any = service.table("content").insert({"title": title, "overview": title}).execute().data
    try:
        query = anon.table("movies").select("id, title, overview")
        assert query.eq("title", title).execute().data == [
            {"id": made[0]["id"], "title": title, "overview": title}
        ]
        query = anon.table("movies").select("id")
        assert query.in_("title", [title, "nothing"]).execute().data == [{"id": made[0]["id"]}]
        pattern = title.replace("\\", "\\\\").replace("%", "\\%").upper()
        query = anon.table("movies").select("id")
        assert query.ilike("title", pattern).execute().data == [{"id": made[0]["id"]}]
    finally:
        service.table("content").delete().eq("id", made[0]["id"]).execute()


def test_awkward_settings_come_back_as_sent(viewer: Viewer) -> None:
    client, user = viewer
    preferences = {text: [text, None, {"n": 0.1, "big": 9007199254740993}] for text in AWKWARD}
    changed: Any = (
        client.table("profiles")
        .update({"name": AWKWARD[2], "preferences": preferences})
        .eq("account_id", user)
        .execute()
        .data
    )
    assert (changed[0]["name"], changed[0]["preferences"]) == (AWKWARD[2], preferences)


def test_interactions_are_recorded_once(viewer: Viewer, films: dict[str, str]) -> None:
    client, _ = viewer
    event = {
        "client_id": str(uuid.uuid4()),
        "item_id": films["A"],
        "type": "share",
        "metadata": {text: None for text in AWKWARD},
    }
    assert client.rpc("record_interactions", {"events": [event]}).execute().data == 1
    assert client.rpc("record_interactions", {"events": [event, event]}).execute().data == 0
    found: Any = client.table("interactions").select("type, metadata").execute().data
    assert found == [{"type": "share", "metadata": event["metadata"]}]


def test_a_disliked_film_is_never_recommended(viewer: Viewer, films: dict[str, str]) -> None:
    client, _ = viewer
    event = {"client_id": str(uuid.uuid4()), "item_id": films["A"], "type": "dislike"}
    client.rpc("record_interactions", {"events": [event]}).execute()
    found: Any = client.rpc("get_recommendations", {"count": 200}).execute().data
    assert films["A"] not in {row["id"] for row in found}
    assert set(films.values()) - {films["A"]} <= {row["id"] for row in found}


def test_a_profile_of_another_account_is_refused(viewer: Viewer, other_viewer: Viewer) -> None:
    profile: Any = other_viewer[0].table("profiles").select("id").execute().data
    error = refused(viewer[0].rpc("get_recommendations", {"profile_id": profile[0]["id"]}))
    assert error.code == "42501" and '"field": "profile_id"' in str(error.details)


def test_an_ended_account_leaves_its_ratings_unnamed(
    viewer: Viewer, service: Client, films: dict[str, str]
) -> None:
    client, user = viewer
    client.table("ratings").upsert({"item_id": films["A"], "rating": 4}).execute()
    service.auth.admin.delete_user(user)
    left: Any = (
        service.table("ratings").select("rating, raters(profile_id)").eq("item_id", films["A"]).execute()
    )
    assert left.data == [{"rating": 4, "raters": {"profile_id": None}}]
    gone: Any = service.table("accounts").select("id").eq("id", user).execute()
    assert gone.data == []
