"""Database functions: arguments, results and errors."""

from typing import Any

from tests.clients.scenarios.language import (
    Actor,
    Chain,
    Contains,
    Keep,
    Scenario,
    Step,
    ann,
    bob,
    guest,
    scenario,
    service,
)
from tests.clients.scenarios.rows import AWKWARD, ids

VALUES: tuple[Any, ...] = (*AWKWARD, [1, None, {"a": None}], {"b": [], "a": "x"}, True, 1.5)
VECTOR = [0.1] * 384
NUMBERS = guest.rpc("rest_table", {"n": 9})


def refuses(function: str, arguments: dict[str, Any], field: str, who: Actor = guest) -> Step:
    """A function of the product refuses a parameter out of its range."""
    details_text = Contains(f'"field": "{field}"')
    return who.rpc(function, arguments).refused(code="22023", details=details_text)


FILM = "44444444-0000-4000-8000-{{run}}"


def consent(is_granted: bool) -> dict[str, Any]:
    return {"purpose": "analytics", "granted": is_granted, "version": "1"}


def recorded(who: Actor) -> Chain:
    """The search of this scenario, as far as the person may read it."""
    return who.from_("query_events").select("query, clicked_item_id").eq("id", "{{search}}")


SCENARIOS: tuple[Scenario, ...] = (
    scenario(
        "special characters pass through a function by POST and by GET",
        *(guest.rpc("rest_echo", {"t": text}).gives(text) for text in AWKWARD),
        *(
            guest.rpc("rest_echo", {"t": text}, {"get": True}).gives(text)
            for text in AWKWARD
            if text != "eq.null"
        ),
    ),
    scenario(
        "json and array arguments are passed unchanged",
        *(guest.rpc("rest_echo_json", {"j": value}).gives(value) for value in VALUES),
        guest.rpc("rest_echo_array", {"a": [*AWKWARD, None, "{x}", "NULL"]}).gives(
            [*AWKWARD, None, "{x}", "NULL"]
        ),
    ),
    scenario(
        "a null argument is passed as null, an absent one as its default",
        guest.rpc("rest_nulls", {"n": None, "t": None, "j": None, "a": None}).gives([True] * 4),
        guest.rpc("rest_nulls", {"n": 0, "t": "", "j": {}, "a": []}).gives([False] * 4),
        guest.rpc("rest_or_default", {"t": None}).gives(None),
        guest.rpc("rest_or_default", {}).gives("default"),
        guest.rpc("rest_add", {"a": 1}).gives(11),
        guest.rpc("rest_limited", {"limit": 5}).gives(5),
    ),
    scenario(
        "results of functions that return rows are selected, filtered, ordered and paged",
        NUMBERS.select("number").gives([{"number": number} for number in range(1, 10)]),
        NUMBERS.select("number,half")
        .gt("at", "2026-01-01T06:00:00+00:00")
        .order("number", {"ascending": False})
        .limit(2)
        .gives([{"number": 9, "half": 4.5}, {"number": 8, "half": 4}]),
        guest.rpc("rest_films_of", {"director": 2})
        .select("id,rest_directors(id)")
        .like("title", "%+%")
        .gives([{"id": 2, "rest_directors": {"id": 2}}]),
        guest.rpc("rest_films_of", {"director": 2}).select("id").range(1, 1).gives(ids(3)),
    ),
    scenario(
        "results of functions that return scalars cannot be filtered",
        guest.rpc("rest_numbers", {"n": 3}).gives([1, 2, 3]),
        guest.rpc("rest_numbers", {"n": 3}).limit(1).refused(code="PGRST127"),
        guest.rpc("rest_echo", {"t": "x"}).select("t").refused(code="PGRST127"),
    ),
    scenario(
        "a call with a count runs the function once",
        guest.rpc("rest_write", {}, {"count": "exact"}).gives(1, count=1),
        guest.rpc("rest_write", {}).gives(2),
    ),
    scenario(
        "functions can write by POST only",
        guest.rpc("rest_writable", {}).gives(True),
        guest.rpc("rest_writable", {}, {"get": True}).gives(False),
        guest.rpc("rest_writable_stable", {}).gives(False),
    ),
    scenario(
        "an error raised by a function reaches the client",
        *(
            guest.rpc("rest_fail", {"code": code, "message": "no; not & now"}).refused(
                code=code, message="no; not & now", details="why", hint="how"
            )
            for code in ("PT404", "PT429", "22023", "P0001", "23505")
        ),
        guest.rpc("rest_nowhere", {}).refused(code="PGRST202"),
        guest.rpc("rest_add", {"a": 1, "c": 2}).refused(code="PGRST202"),
    ),
    scenario(
        "a function runs as the token's user",
        guest.rpc("rest_role", {}).gives({"role": "anon"}),
        ann.rpc("rest_role", {}).gives({"role": "authenticated", "sub": ann.id}),
    ),
    scenario(
        "a parameter out of range is named",
        refuses("match_movies", {"query_embedding": [1, 2, 3]}, "query_embedding"),
        refuses("match_movies", {"query_embedding": VECTOR, "match_count": -1}, "match_count"),
        refuses("match_movies", {"query_embedding": VECTOR, "match_count": 1_000_000}, "match_count"),
        refuses("match_movies", {"query_embedding": VECTOR, "match_threshold": -0.5}, "match_threshold"),
        refuses("match_books", {"query_embedding": None}, "query_embedding"),
        refuses("get_popular_items", {"limit": 0}, "limit"),
        refuses("get_popular_items", {"count": 201}, "count"),
        refuses("get_popular_items", {"count": 2, "limit": 3}, "limit"),
        refuses("get_recommendations", {"count": 1_000_000}, "count", ann),
        refuses("get_recommendations", {"count": 1_000_000}, "count"),
        refuses("get_recommendations", {"kind": "opera"}, "kind"),
        refuses("get_recommendations", {"diversity": 2}, "diversity"),
        refuses("record_consent", {"purpose": "fortune", "granted": True, "version": "1"}, "purpose", ann),
    ),
    scenario(
        "a search and the result chosen are recorded for an account that consents",
        service.from_("content").insert({"id": FILM, "title": "Quokka {{run}}"}).gives(),
        ann.rpc("record_consent", consent(True)).gives(),
        ann.rpc("search_content", {"query": "Quokka {{run}}"}).gives({"search_id": Keep("search")}),
        ann.rpc("record_search_click", {"search_id": "{{search}}", "item_id": FILM, "position": 1}).gives(),
        recorded(ann).gives([{"query": "Quokka {{run}}", "clicked_item_id": FILM}]).eventually(),
        recorded(bob).gives([]),
        guest.from_("query_events").select("query").refused(code="42501"),
        refuses("record_search_click", {"item_id": FILM, "position": 1}, "search_id"),
        refuses("record_search_click", {"search_id": FILM, "item_id": FILM, "position": 0}, "position"),
    ).finally_(
        service.from_("content").delete().eq("id", FILM).gives(),
        ann.rpc("record_consent", consent(False)).gives(),
    ),
    scenario(
        "functions of one's own data refuse a guest",
        *(
            guest.rpc(name).refused(code="42501")
            for name in ("export_my_data", "delete_my_account", "cancel_account_deletion")
        ),
    ),
)
