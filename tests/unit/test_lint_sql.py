"""The rules of sql/: one correct file of each folder, and the fault for each way to break it."""

import re

import pytest

from tools import api, docs, lint_sql, rules
from tools.source import LITERAL, header, read

CHECK = """\
-- Helper. Refuse a count out of range.
create or replace function private.check_count(count integer) returns void
language plpgsql immutable set search_path = ''
as $$
begin
    if count > 200 then
        raise exception 'too many' using errcode = '22023';
    end if;
end
$$;
comment on function private.check_count(integer) is 'Refuse a count out of range.';
revoke execute on function private.check_count(integer) from public;
"""
RPC = """\
-- Films that were watched most, with how often:
-- the latest first among equals.
--   count   how many at most, 1 to 200,
--           default 20
--   genre   a genre's name
-- Returns id and title;
-- best first.
-- Raises 22023 for a parameter out of range.
-- Roles: anon, authenticated.
-- Example: rpc/most_watched {"count": 10, "genre": [0.1, …]}
-- Example response: [{"id": "5d3c…",
-- "title": "Brazil"}, …]
create or replace function public.most_watched(count integer default 20, genre text default null)
returns table (id uuid, title text)
language sql stable set search_path = ''
as $$
    select m.id, m.title from public.movies as m where private.check_count(count) is null
$$;
comment on function public.most_watched(integer, text) is 'Films that were watched most.';
revoke execute on function public.most_watched(integer, text) from public;
grant execute on function public.most_watched(integer, text) to anon, authenticated;
"""
DEFINER = """\
-- Trigger. Counts what is watched.
-- Definer: clients may not write counts.
create or replace function private.count_watched() returns trigger
language plpgsql security definer set search_path = ''
as $$
begin
    return null;
end
$$;
comment on function private.count_watched() is 'Trigger: counts.';
revoke execute on function private.count_watched() from public;
"""
POLICY = """\
create policy ratings_select_own on public.ratings for select to authenticated using (true);
"""
PATHS = {
    "sql/rpc/catalog/most_watched.sql": RPC,
    "sql/private/catalog/items/check_count.sql": CHECK,
    "sql/private/catalog/items/count_watched.sql": DEFINER,
    "sql/access/ratings.sql": POLICY,
}


def faults_after(path: str, old: str, new: str) -> str:
    """The faults of all files after `old` is replaced by `new` in one of them."""
    assert old in PATHS[path]
    texts = PATHS | {path: PATHS[path].replace(old, new)}
    sources = [read(name, text) for name, text in texts.items()]
    return "\n".join(fault for source in sources for fault in rules.faults(source, sources))


def test_lint_accepts_well_formed_sql_files() -> None:
    assert faults_after("sql/access/ratings.sql", "select", "select") == ""


@pytest.mark.parametrize(
    ("old", "new", "fault"),
    [
        ("public.most_watched(count integer", "public.watched(count integer", "makes public.watched"),
        ("public.most_watched(count integer", "private.most_watched(count integer", "should make public"),
        ("create or replace", "create", "create or replace"),
        ("comment on", "grant select on public.movies to anon;\ncomment on", "in the order"),
        ("from public;", "from anon;", "in the order"),
        ("$$;", "$$; select 1;", "in the order"),
        ("stable set search_path = ''", "stable", "search_path = ''"),
        ("search_path = ''", "search_path = public", "search_path = ''"),
        ("stable set", "stable security definer set", "lives in sql/private"),
        ("    select m.id", "    selec m.id", "body: syntax error"),
        (
            "-- Films that were watched most, with how often:\n-- the latest first among equals.\n",
            "",
            "sentence",
        ),
        ("--   genre   a genre's name\n", "", "names the parameters count, the function has count, genre"),
        ("--   genre ", "--   genres", "names the parameters count, genres"),
        ("-- Returns id and title;\n-- best first.\n", "", "has the lines Returns, Raises"),
        ("-- Raises 22023 for a parameter out of range.\n", "", "has the lines Returns, Raises"),
        (
            "-- Roles: anon, authenticated.",
            "-- Roles: anon.",
            "the roles anon, the grant anon, authenticated",
        ),
        ("-- Raises 22023", "-- Raises 22024", "can raise 22023"),
        ("rpc/most_watched", "rpc/least_watched", "the example reads"),
        ('{"count": 10', '{"count": ten', "the example reads"),
        ('{"count": 10', '{"counts": 10', "sends counts, which"),
        ('"title": "Brazil"}', '"title": Brazil}', "the example response is not JSON"),
        ("-- Example response: ", "-- Response: ", "has the lines Returns, Raises"),
        ("returns table (id uuid, title text)", "returns void", "of a void function"),
        ("$$;", "$$;" + "\n" * rules.LONGEST, "longer than 150"),
    ],
)
def test_lint_refuses_a_malformed_api_function(old: str, new: str, fault: str) -> None:
    assert fault in faults_after("sql/rpc/catalog/most_watched.sql", old, new)


@pytest.mark.parametrize(
    ("old", "new", "fault"),
    [
        ("-- Definer: clients may not write counts.\n", "", "says why"),
        ("security definer ", "", "but is none"),
        ("search_path = ''", "search_path = procrastinate", "search_path = ''"),
        ("return null;", "return null", "body: syntax error"),
        ("return null;", "raise exception 'no; never' using hint = 'no';", "without an errcode"),
        ("revoke execute on function private.count_watched() from public;\n", "", "in the order"),
        ("as $$", "as $$ /* public.most_watched(1) */", "calls public.most_watched"),
        (
            "comment on",
            DEFINER[DEFINER.index("create or") :] + "comment on",
            "makes one function or view, this one 2",
        ),
    ],
)
def test_lint_refuses_a_malformed_private_function(old: str, new: str, fault: str) -> None:
    assert fault in faults_after("sql/private/catalog/items/count_watched.sql", old, new)


@pytest.mark.parametrize(
    ("old", "new", "fault"),
    [
        ("ratings_select_own", "own_ratings", "should be called ratings_select_"),
        (" to authenticated", "", "must say to whom"),
        ("to authenticated", "to anon, public", "must say to whom"),
        ("(true)", "(public.most_watched(1) is null)", "calls public.most_watched"),
    ],
)
def test_lint_refuses_a_malformed_policy(old: str, new: str, fault: str) -> None:
    assert fault in faults_after("sql/access/ratings.sql", old, new)


def test_helper_header_without_its_kind_is_refused() -> None:
    fault = faults_after("sql/private/catalog/items/check_count.sql", "-- Helper. Refuse", "-- Refuse")
    assert fault.endswith("Trigger., Hook., Worker., Policy predicate. or Helper.")


def test_folder_with_twenty_one_helpers_is_refused() -> None:
    texts = {
        f"sql/private/catalog/items/check_{n}.sql": CHECK.replace("check_count", f"check_{n}")
        for n in range(21)
    }
    sources = [read(path, text) for path, text in texts.items()]
    assert list(rules.room(sources[0], sources)) == [
        "its folder has 21 files, more than 20: divide it by subject"
    ]
    assert list(rules.room(sources[0], sources[:20])) == []


def test_helper_outside_a_subject_is_refused() -> None:
    [fault] = rules.room(read("sql/private/catalog/check_count.sql", CHECK), [])
    assert fault == "a private function is in sql/private/DOMAIN/SUBJECT/"


def test_only_enqueue_may_use_the_search_path_of_the_queue() -> None:
    text = CHECK.replace("check_count", "enqueue").replace("search_path = ''", "search_path = procrastinate")
    assert list(rules.attributes(read("sql/private/platform/queue/enqueue.sql", text))) == []


def test_header_parser_joins_continuation_lines() -> None:
    head = header(read("sql/rpc/catalog/most_watched.sql", RPC))
    assert head.description == "Films that were watched most, with how often: the latest first among equals."
    assert head.parameters == {"count": "how many at most, 1 to 200, default 20", "genre": "a genre's name"}
    assert head.sections["Returns"] == "id and title; best first."
    assert (head.codes, head.roles) == ({"22023"}, ["anon", "authenticated"])
    assert head.sections["Example response:"] == '[{"id": "5d3c…", "title": "Brazil"}, …]'


def test_api_page_shows_the_example_response_indented() -> None:
    page = "\n".join(api.function_page(read("sql/rpc/catalog/most_watched.sql", RPC)))
    assert '```json\n[\n  {\n    "id": "5d3c…",\n    "title": "Brazil"\n  },\n  …\n]\n```' in page


def test_api_page_says_that_a_void_function_responds_without_a_body() -> None:
    text = re.sub(r"response: .*\n.*\n", "response: 204, no content\n", RPC)
    page = "\n".join(api.function_page(read("sql/rpc/catalog/most_watched.sql", text)))
    assert "Example response: `204, no content`." in page


@pytest.mark.parametrize(
    ("text", "fault"),
    [
        ("select 1;\n\nselec 2;\n", 'line 3: syntax error at or near "selec"'),
        ("create table t (a int, b int generated always as (a) virtual);", "virtual"),
        ("select 'open;", "unterminated quoted string"),
        ("select * from t where a = %(a)s and b in (%s, %s)", None),
    ],
)
def test_sql_syntax_is_checked_against_postgresql_17(text: str, fault: str | None) -> None:
    error = lint_sql.grammar(text)
    assert error is None if fault is None else fault in (error or "")


@pytest.mark.parametrize(
    ("statement", "codes"),
    [
        ("raise exception 'no; never' using errcode = 'PT404', hint = 'x';", {"PT404"}),
        ("raise sqlstate 'PGRST' using message = '{}';", {"PGRST"}),
        ("raise exception sqlstate 'PT409';", {"PT409"}),
        ("exception when sqlstate '23505' then null;", set()),
    ],
)
def test_error_codes_raised_in_sql_are_found(statement: str, codes: set[str]) -> None:
    assert set(LITERAL.findall(statement)) == codes
    assert not rules.CODELESS.search(statement)


def test_documented_errors_are_exactly_the_raised_ones() -> None:
    assert list(docs.undocumented_codes(docs.ERRORS.read_text())) == []


def test_raised_error_without_a_documented_row_is_found() -> None:
    text = docs.ERRORS.read_text().replace("| `22023` |", "| 22023 |")
    assert "22023 is raised in sql/ and has no row" in "".join(docs.undocumented_codes(text))


def test_documented_error_that_nothing_raises_is_found() -> None:
    text = f"{docs.ERRORS.read_text()}\n| `PT418` | 418 | A teapot. |\n"
    assert "PT418 has a row and is raised nowhere" in "".join(docs.undocumented_codes(text))


def test_documented_status_equals_the_status_in_the_code() -> None:
    rows = re.findall(r"^\| `PT(\d{3})` \| (\d{3})", docs.ERRORS.read_text(), re.MULTILINE)
    assert rows
    assert all(code == status for code, status in rows)
