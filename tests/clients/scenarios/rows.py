"""Tables: filters, pages, related rows, writes and refusals, on the tables of rest_schema.sql."""

from typing import Any

from tests.clients.scenarios.language import (
    Actor,
    Contains,
    Scenario,
    ann,
    guest,
    scenario,
)

AWKWARD = (
    "plain",
    "two words",
    "1+1 = 2",
    'say "yes"',
    "it's; a & b, c",
    "100% _ * \\",
    "(x).y:z",
    "#?/%2B",
    "eq.null",
    "مرحبا بالعالم",
    "naïve 😀",
    "null",
    "",
)
FILMS, NOTES, DIRECTORS = guest.from_("rest_films"), guest.from_("rest_notes"), guest.from_("rest_directors")


def ids(*numbers: int) -> list[dict[str, int]]:
    return [{"id": number} for number in numbers]


def awkward(text: str) -> Scenario:
    body = [{"body": text}]
    return scenario(
        f"a text is written, found and read as it is: {text!r}",
        NOTES.insert([{"body": "another"}, {"body": text}])
        .select("body")
        .gives([{"body": "another"}, *body]),
        NOTES.select("body").eq("body", text).gives(body),
        NOTES.select("id").neq("body", text).gives(ids(1)),
        NOTES.select("id").in_("body", [text, "absent"]).gives(ids(2)),
        NOTES.update({"body": f"{text} & more"})
        .eq("body", text)
        .select("body")
        .gives([{"body": f"{text} & more"}]),
        NOTES.delete().eq("body", f"{text} & more").select("id").gives(ids(2)),
    )


def writer(who: Actor, name: str) -> Scenario:
    """The same calls without and with a session."""
    notes = who.from_("rest_notes")
    return scenario(
        name,
        notes.insert([{"body": text} for text in "abcd"], {"count": "exact"}).gives(None, count=4),
        notes.update({"body": "z"}).or_("body.eq.a,body.eq.b").select("id").gives(ids(1, 2)),
        notes.update({"body": "y"}, {"count": "exact"}).eq("body", "z").gives(None, count=2),
        notes.delete({"count": "exact"}).eq("body", "y").gives(None, count=2),
        notes.select("id").order("id").gives(ids(3, 4)),
    )


RELATED: dict[str, Any] = {
    "title": "Mother + son",
    "rest_directors": {"name": "Bong; Joon & Ho+"},
    "rest_castings": [{"name": "a cook", "rest_actors": {"name": "Kang-ho"}}],
}

SCENARIOS: tuple[Scenario, ...] = (
    *map(awkward, AWKWARD),
    writer(guest, "writes touch what the filters match and say how much"),
    writer(ann, "writes of who is signed in do the same"),
    scenario(
        "patterns match the rows they describe",
        FILMS.select("id").like("title", "%+%").gives(ids(2)),
        FILMS.select("id").ilike("title", "CLÉO, %").gives(ids(1)),
        FILMS.select("id").like("title", r"100\%%").gives(ids(3)),
    ),
    scenario(
        "conditions are combined by and, or and not",
        FILMS.select("id").or_('title.eq."Cléo, 5 to 7",year.gt.2010').order("id").gives(ids(1, 3)),
        FILMS.select("id").or_("year.eq.2009,and(year.gt.2010,rating.is.null)").order("id").gives(ids(2, 3)),
        FILMS.select("id").is_("rating", None).order("id").gives(ids(3, 4)),
        FILMS.select("id").not_("rating", "is", "null").gte("rating", 8).gives(ids(1)),
        FILMS.select("id").not_("year", "in", "(1962,2009)").gives(ids(3)),
        FILMS.select("id").contains("tags", ["new wave"]).gives(ids(1)),
        FILMS.select("id").overlaps("tags", ["new wave", "x"]).gives(ids(1)),
        FILMS.select("id").eq("meta->k->>n", "1").gives(ids(1)),
        FILMS.select("id").match({"year": 2009, "title": "Mother + son"}).gives(ids(2)),
        FILMS.select("id").gt("year", 1962).lte("year", 2019).lt("rating", 8).gives(ids(2)),
    ),
    scenario(
        "every filter operator matches the rows it describes",
        FILMS.select("id").filter("title", "imatch", "^c|son$").order("id").gives(ids(1, 2)),
        FILMS.select("id").filter("title", "like(any)", "{%+%,Cl%}").order("id").gives(ids(1, 2)),
        FILMS.select("id").filter("title", "ilike(all)", "{%+%,%SON}").gives(ids(2)),
        FILMS.select("id").filter("year", "isdistinct", "2009").order("id").gives(ids(1, 3, 4)),
        FILMS.select("id").filter("title", "not.like", "%+%").order("id").gives(ids(1, 3, 4)),
        FILMS.select("id").filter("title", "plfts(english)", "the mothers").gives(ids(2)),
        FILMS.select("id").textSearch("title", "mother & son").gives(ids(2)),
        FILMS.select("id").contains("meta", {"k": {"n": 1}}).gives(ids(1)),
        FILMS.select("id").containedBy("tags", ["new wave", "c"]).gives(ids(2)),
        FILMS.select("id").gt("seen_at", "2026-01-01T00:00:00+00:00").order("id").gives(ids(1, 3)),
        FILMS.select("id").eq("odd, name", "x").gives([]),
        FILMS.select("id").or_("id.eq.1,id.eq.3").or_("year.gt.2000,id.eq.99").gives(ids(3)),
        DIRECTORS.select("films:rest_films(id)")
        .or_("year.eq.2009,title.like.100*", {"referencedTable": "films"})
        .order("id")
        .gives([{"films": []}, {"films": ids(2, 3)}]),
    ),
    scenario(
        "a write that exceeds max-affected changes no row",
        NOTES.insert([{"body": text} for text in "ab"]).gives(None),
        NOTES.delete().gt("id", 0).maxAffected(1).select("id").refused(code="PGRST124"),
        NOTES.delete().gt("id", 1).maxAffected(1).select("id").gives(ids(2)),
        NOTES.select("id").gives(ids(1)),
    ),
    scenario(
        "rows are ordered and paged",
        FILMS.select("id")
        .order("rating", {"ascending": False, "nullsFirst": False})
        .order("id")
        .limit(3)
        .gives(ids(1, 2, 3)),
        FILMS.select("id").order("year", {"ascending": True, "nullsFirst": True}).gives(ids(4, 1, 2, 3)),
        FILMS.select("id").order("id").range(1, 2).gives(ids(2, 3)),
        FILMS.select("id").range(10, 20).gives([]),
        FILMS.select("id", {"count": "exact"}).range(10, 20).refused(code="PGRST103"),
    ),
    scenario(
        "a count is the number of rows that match the filters",
        FILMS.select("id", {"count": "exact"}).gt("year", 1970).limit(1).gives(ids(2), count=2),
        FILMS.select("*", {"count": "exact", "head": True}).gives(count=4),
    ),
    scenario(
        "single returns an object and refuses any other number of rows",
        FILMS.select("id").eq("id", 1).single().gives({"id": 1}),
        FILMS.select("id").single().refused(code="PGRST116"),
        FILMS.select("id").eq("id", 99).single().refused(code="PGRST116"),
        FILMS.select("id").eq("id", 99).maybeSingle().gives(None),
        FILMS.select("id").eq("id", 2).maybeSingle().gives({"id": 2}),
    ),
    scenario(
        "csv is quoted as the database quotes rows",
        FILMS.select("id,title,tags,meta")
        .lte("id", 2)
        .order("id")
        .csv()
        .gives(
            "id,title,tags,meta\n"
            '1,"Cléo, 5 to 7","{""new wave"",""a,b""}","{""k"": {""n"": 1}}"\n'
            '2,"Mother + son",{},"{""k"": null}"'
        ),
    ),
    scenario(
        "related rows are embedded in every direction",
        FILMS.select("title,rest_directors(name),rest_castings(name,rest_actors(name))")
        .eq("id", 2)
        .single()
        .gives(RELATED),
        DIRECTORS.select("films:rest_films(id)").order("id").gives([{"films": ids(1)}, {"films": ids(2, 3)}]),
        FILMS.select("rest_actors(name)").eq("id", 1).single().gives({"rest_actors": [{"name": "Corinne"}]}),
        FILMS.select("id,...rest_directors(director:name)")
        .eq("id", 1)
        .gives([{"id": 1, "director": "Agnès Varda"}]),
    ),
    scenario(
        "related columns are renamed, counted, ordered and limited",
        DIRECTORS.select("name,films:rest_films(n:id),count:rest_films(year)")
        .eq("id", 1)
        .single()
        .gives({"name": "Agnès Varda", "films": [{"n": 1}], "count": [{"year": 1962}]}),
        DIRECTORS.select("id,rest_films(count)")
        .order("id")
        .gives([{"id": 1, "rest_films": [{"count": 1}]}, {"id": 2, "rest_films": [{"count": 2}]}]),
        DIRECTORS.select("id,late:rest_films(n:count)")
        .gt("late.year", 2010)
        .order("id")
        .gives([{"id": 1, "late": [{"n": 0}]}, {"id": 2, "late": [{"n": 1}]}]),
        FILMS.select("rest_actors(count)").eq("id", 1).gives([{"rest_actors": [{"count": 1}]}]),
        DIRECTORS.select("films:rest_films(id)")
        .eq("id", 2)
        .order("id", {"ascending": False, "referencedTable": "films"})
        .limit(1, {"referencedTable": "films"})
        .gives([{"films": ids(3)}]),
        FILMS.select("id,rest_directors!inner(name)")
        .eq("rest_directors.name", "Bong; Joon & Ho+")
        .order("id")
        .gives([{"id": 2}, {"id": 3}]),
    ),
    scenario(
        "an invalid request for related columns is refused",
        DIRECTORS.select("rest_films(year::text)").refused(code="PGRST127"),
        DIRECTORS.select("rest_films(meta->k)").refused(code="PGRST127"),
        DIRECTORS.select("a:rest_films(id),b:rest_films(count)").refused(code="PGRST127"),
        FILMS.select("id,title,rest_directors(title)").refused(code="42703"),
        FILMS.select("rest_actors(name)")
        .eq("rest_actors.name", "Corinne")
        .refused(code="PGRST127", details=Contains("joining table")),
        FILMS.select("rest_castings(rest_actors(name))")
        .eq("id", 1)
        .gives([{"rest_castings": [{"rest_actors": {"name": "Corinne"}}]}]),
    ),
    scenario(
        "rows of different keys are inserted together; missing values are null or the default",
        FILMS.insert([{"id": 90, "title": "a"}, {"id": 91, "title": "b", "year": 1999}])
        .select()
        .gives([{"id": 90, "year": None}, {"id": 91, "year": 1999}]),
        FILMS.insert(
            [{"id": 92, "title": "a"}, {"id": 93, "title": "b", "tags": ["x y", "a,b"]}],
            {"defaultToNull": False},
        )
        .select("tags")
        .gives([{"tags": []}, {"tags": ["x y", "a,b"]}]),
        FILMS.insert([{"id": 94, "title": "a", "odd, name": "x"}]).select().refused(code="PGRST127"),
    ),
    scenario(
        "an upsert merges with existing rows or ignores them",
        DIRECTORS.upsert([{"id": 8, "name": "Agnès Varda"}], {"onConflict": "name", "ignoreDuplicates": True})
        .select()
        .gives([]),
        DIRECTORS.upsert([{"id": 9, "name": "New, one"}, {"id": 2, "name": "Bong"}])
        .select("name")
        .gives([{"name": "New, one"}, {"name": "Bong"}]),
        DIRECTORS.select("id").order("id").gives(ids(1, 2, 9)),
    ),
    scenario(
        "an update can be limited by any type of column",
        FILMS.update({"year": 1962})
        .lt("seen_at", "2026-02-01T00:00:00Z")
        .eq("rating", 8.0)
        .select("id")
        .gives(ids(1)),
        FILMS.update({"year": 1962}).contains("tags", ["new wave"]).select("id").gives(ids(1)),
    ),
    scenario(
        "an invalid query is refused with its code",
        guest.from_("rest_nowhere").select("*").refused(code="PGRST205"),
        FILMS.select("nowhere").refused(code="42703"),
        FILMS.select("id,rest_notes(id)").refused(code="PGRST200"),
        FILMS.select("id").eq("year", "x").refused(code="22P02"),
        guest.from_("rest_withheld").select("*").refused(code="42501"),
        ann.from_("rest_withheld").select("*").refused(code="42501"),
    ),
    scenario(
        "an invalid row is refused with its code, and its batch is not stored",
        FILMS.insert([{"id": 90, "title": "fine"}, {"id": 1, "title": "again"}]).refused(
            code="23505", details=Contains("(id)=(1)")
        ),
        FILMS.insert({"id": 9, "title": "x", "director_id": 99}).refused(code="23503"),
        FILMS.insert({"id": 9, "title": "x", "year": 1000}).refused(code="23514"),
        FILMS.insert({"id": 9}).refused(code="23502"),
        FILMS.insert({"id": "x", "title": "x"}).refused(code="22P02"),
        FILMS.insert({"id": 9, "nowhere": 1}).refused(code="PGRST204"),
        FILMS.select("id").gt("id", 4).gives([]),
    ),
)
