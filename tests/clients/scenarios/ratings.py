"""The product's tables and functions: films, ratings, profiles and interactions."""

from typing import Any

from tests.clients.scenarios.language import (
    Keep,
    Scenario,
    Step,
    ann,
    bob,
    guest,
    scenario,
    service,
)
from tests.clients.scenarios.rows import AWKWARD

FILM = "11111111-0000-4000-8000-{{run}}"
OTHER = "22222222-0000-4000-8000-{{run}}"
NOBODYS = "33333333-0000-4000-8000-{{run}}"
FILMS = service.from_("content").insert(
    [{"id": FILM, "title": "Film + {{run}}"}, {"id": OTHER, "title": 'A "film"; {{run}}, & another'}]
)
GONE = service.from_("content").delete().in_("id", [FILM, OTHER]).gives()
BOTH = [FILM, OTHER]


def rated(*ratings: float) -> Step:
    """Ann's ratings of the films of this scenario."""
    mine = ann.from_("ratings").select("rating").in_("item_id", BOTH).order("rating")
    return mine.gives([{"rating": rating} for rating in ratings])


def refuses(rating: object) -> Step:
    batch = [{"item_id": FILM, "rating": 4}, {"item_id": OTHER, "rating": rating}]
    return (
        ann.from_("ratings")
        .upsert(batch)
        .refused(code="23514", message="rating must be 0.5 to 5.0 in half steps")
    )


def titled(text: str) -> Scenario:
    title = f"{text} {{{{run}}}}"
    pattern = title.replace("\\", "\\\\").replace("%", "\\%").upper()
    expected = [{"id": FILM, "title": title, "overview": title}]
    films = guest.from_("movies").select("id, title, overview")
    return scenario(
        f"a title is found by every filter: {text!r}",
        service.from_("content").insert({"id": FILM, "title": title, "overview": title}).gives(),
        films.eq("title", title).gives(expected),
        films.in_("title", [title, "nothing"]).gives(expected),
        films.ilike("title", pattern.replace("{{RUN}}", "{{run}}")).gives(expected),
    ).finally_(GONE)


PREFERENCES: dict[str, Any] = {
    text: [text, None, {"n": 0.1, "big": 9007199254740991}] for text in AWKWARD if text
}
EVENT = {
    "client_id": NOBODYS,
    "item_id": FILM,
    "type": "share",
    "metadata": dict.fromkeys(AWKWARD, None),
}

SCENARIOS: tuple[Scenario, ...] = (
    *map(titled, (text for text in AWKWARD if text)),
    scenario(
        "a viewer rates, changes, lists and deletes",
        FILMS.gives(),
        ann.from_("ratings")
        .upsert([{"item_id": FILM, "rating": 4.5}, {"item_id": OTHER, "rating": 4.5}])
        .select("rating")
        .gives([{"rating": 4.5}, {"rating": 4.5}]),
        ann.from_("ratings").upsert({"item_id": FILM, "rating": 2}).gives(None),
        ann.from_("ratings").update({"rating": 3.5}).eq("item_id", OTHER).gives(None),
        rated(2, 3.5),
        ann.from_("ratings").delete().eq("item_id", OTHER).gives(None),
        rated(2),
    ).finally_(GONE),
    scenario(
        "a viewer cannot see or change another viewer's ratings",
        FILMS.gives(),
        ann.from_("ratings")
        .upsert({"item_id": FILM, "rating": 4})
        .select("rater_id")
        .gives([{"rater_id": Keep("rater")}]),
        bob.from_("ratings").select("*").in_("item_id", BOTH).gives([]),
        bob.from_("ratings").update({"rating": 1}).eq("item_id", FILM).select("rating").gives([]),
        bob.from_("ratings").delete().eq("item_id", FILM).select("rating").gives([]),
        bob.from_("ratings")
        .insert({"rater_id": "{{rater}}", "item_id": OTHER, "rating": 1})
        .refused(code="42501"),
        bob.rpc("predict_rating", {"user_id": ann.id, "item_id": FILM}).refused(code="42501"),
        bob.from_("accounts").select("id").gives([{"id": bob.id}]),
        bob.from_("profiles").select("account_id").gives([{"account_id": bob.id}]),
        bob.from_("raters").select("id").gives([{"id": Keep("other")}]),
        guest.from_("ratings").select("*").refused(code="42501"),
        guest.from_("ratings").insert({"item_id": FILM, "rating": 4}).refused(code="42501"),
        guest.rpc("record_interactions", {"events": []}).refused(code="42501"),
        rated(4),
    ).finally_(GONE),
    scenario(
        "guests and viewers read the catalogue and cannot write it",
        FILMS.gives(),
        guest.from_("movies").select("title").eq("id", FILM).gives([{"title": "Film + {{run}}"}]),
        guest.from_("content").delete().eq("id", FILM).refused(code="42501"),
        ann.from_("content").update({"title": "mine"}).eq("id", FILM).refused(code="42501"),
        guest.rpc("get_popular_items", {"limit": 1}).gives([{"id": Keep("popular")}]),
        ann.from_("movies").select("id").in_("id", BOTH).order("id").gives([{"id": FILM}, {"id": OTHER}]),
    ).finally_(GONE),
    scenario(
        "a rating off the half steps is refused, and its batch with it",
        FILMS.gives(),
        *map(refuses, (0.7, 9, 0, -1, 0.54, "NaN")),
        ann.from_("ratings").insert({"item_id": NOBODYS, "rating": 4}).refused(code="23503"),
        ann.rpc("get_similar_items", {"item_id": NOBODYS}).refused(code="PT404"),
        rated(),
    ).finally_(GONE),
    scenario(
        "an interaction is recorded once",
        FILMS.gives(),
        ann.rpc("record_interactions", {"events": [EVENT]}).gives(1),
        ann.rpc("record_interactions", {"events": [EVENT, EVENT]}).gives(0),
        ann.from_("interactions")
        .select("type, metadata")
        .eq("item_id", FILM)
        .gives([{"type": "share", "metadata": EVENT["metadata"]}]),
        bob.from_("interactions").select("type").eq("item_id", FILM).gives([]),
    ).finally_(GONE),
    scenario(
        "a profile keeps its settings as sent, and acts if a request names it",
        FILMS.gives(),
        ann.from_("profiles")
        .insert({"name": 'Zoë "+" & %; עוד', "preferences": PREFERENCES})
        .select()
        .gives([{"id": Keep("profile"), "name": 'Zoë "+" & %; עוד', "preferences": PREFERENCES}]),
        ann.from_("ratings")
        .upsert({"item_id": FILM, "rating": 1})
        .setHeader("x-profile-id", "{{profile}}")
        .gives(None),
        rated(),
        ann.from_("ratings")
        .select("rating")
        .eq("item_id", FILM)
        .setHeader("x-profile-id", "{{profile}}")
        .gives([{"rating": 1}]),
        bob.from_("ratings")
        .select("rating")
        .setHeader("x-profile-id", "{{profile}}")
        .refused(code="profile_refused"),
    ).finally_(GONE, ann.from_("profiles").delete().eq("id", "{{profile}}").gives()),
)
