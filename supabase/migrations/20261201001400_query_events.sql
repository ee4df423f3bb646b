-- Searches leave a row in query_events. A search announces itself by a notification, which its read-only transaction may
-- send, and the jobs worker writes the row.

set lock_timeout = '10s';
set check_function_bodies = off;

create table public.query_events (
    id uuid not null,
    account_id uuid,
    query text not null,
    filters jsonb not null default '{}',
    sort text,
    understood text[] not null default '{}',
    total integer not null,
    item_ids uuid[] not null,
    with_meaning boolean not null,
    searched_at timestamptz not null,
    clicked_item_id uuid,
    clicked_position smallint,
    clicked_at timestamptz,
    constraint query_events_pkey primary key (id),
    constraint query_events_account_id_fkey foreign key (account_id) references public.accounts (id) on delete cascade,
    constraint query_events_query_short check (length(query) <= 200),
    constraint query_events_filters_small check (jsonb_typeof(filters) = 'object' and length(filters::text) <= 2000),
    constraint query_events_sort_known check (sort in ('popularity', 'year', 'rating', 'title')),
    constraint query_events_understood_short check (
        cardinality(understood) <= 20 and length(array_to_string(understood, ',', '')) <= 400
    ),
    constraint query_events_total_counted check (total >= 0),
    constraint query_events_first_items check (
        cardinality(item_ids) <= 10 and array_position(item_ids, null) is null
    ),
    constraint query_events_click_whole check (
        num_nonnulls(clicked_item_id, clicked_position, clicked_at) in (0, 3)
    ),
    constraint query_events_position_counted check (clicked_position between 1 and 1000)
);
create index query_events_account on public.query_events (account_id);
create index query_events_searched on public.query_events (searched_at);
alter table public.query_events enable row level security;
comment on table public.query_events is
'Searches: one row per first page of search_content and search_semantic, written by the jobs worker about a second later.';
comment on column public.query_events.id is 'search_id of the response.';
comment on column public.query_events.account_id is
'The account that searched, if it consented to analytics; null otherwise, for anonymous users and for kids profiles.';
comment on column public.query_events.query is
'The first 200 characters of the query, runs of spaces as one; empty for browsing without a query.';
comment on column public.query_events.filters is
'The filters that were sent: kind, genre, language, year_from, year_to, tier.';
comment on column public.query_events.sort is 'popularity, year, rating or title; null: by relevance.';
comment on column public.query_events.understood is
'The parts of the query that were understood, such as people and genres, without their values.';
comment on column public.query_events.total is
'The number of matches, at most 1,000; for /search/semantic the number of results.';
comment on column public.query_events.item_ids is
'The first ten results, in order. No foreign key: an item can be deleted later.';
comment on column public.query_events.with_meaning is 'Whether the search had an embedding: searched by meaning too.';
comment on column public.query_events.searched_at is 'When the search ran.';
comment on column public.query_events.clicked_item_id is
'The result that was chosen first, by record_search_click; null: none. No foreign key, as for item_ids.';
comment on column public.query_events.clicked_position is
'Its position among all results, 1 for the first. After the tenth as the client says.';
comment on column public.query_events.clicked_at is 'When it was chosen.';

insert into private.data_inventory (
    schema_name, table_name, holds, is_personal, purpose, retention, retention_column, on_erasure
) values (
    'public', 'query_events',
    'Searches and the result chosen; linked to an account only by its consent to analytics.', true,
    'To measure and improve the search.', interval '90 days', 'searched_at', 'delete'
);

-- source: sql/private/privacy/consents/has_consent.sql
-- Helper. Returns whether the account consents to the purpose: the latest row of consents decides; without one, false.
-- Never raises. Called by definer functions only.
create or replace function private.has_consent(account_id uuid, purpose text) returns boolean
language sql stable set search_path = ''
as $$
    select coalesce(
        (
            select c.is_granted
            from public.consents as c
            where c.account_id = has_consent.account_id and c.purpose = has_consent.purpose
            order by c.id desc
            limit 1
        ),
        false
    )
$$;
comment on function private.has_consent(uuid, text) is 'Whether an account consents to a purpose.';
revoke execute on function private.has_consent(uuid, text) from public;

-- source: sql/private/search/events/announce_click.sql
-- Helper. Announces a click on a result on the channel query_clicks. Notifications arrive in the order of the commits,
-- so the worker that receives both has written the search before its click.
create or replace function private.announce_click(search_id uuid, item_id uuid, place integer) returns void
language plpgsql set search_path = ''
as $$
begin
    if private.can_notify() then
        perform pg_notify('query_clicks', jsonb_build_object(
            'search_id', search_id, 'item_id', item_id, 'position', place, 'clicked_at', clock_timestamp()
        )::text);
    end if;
end
$$;
comment on function private.announce_click(uuid, uuid, integer) is
'Announces a click to the worker that records it.';
revoke execute on function private.announce_click(uuid, uuid, integer) from public;
grant execute on function private.announce_click(uuid, uuid, integer) to anon, authenticated;

-- source: sql/private/search/events/announce_search.sql
-- Helper. Announces the first page of a search on the channel query_events; the jobs worker writes it to
-- public.query_events. A search is a read, and its transaction may write no row, but it may notify. Returns the id of
-- the search; null if it is not announced: where private.can_notify is false, and after an error, because no search
-- fails by it.
-- A notification gives its transaction an id, and its commit holds a lock that commits of other notifications wait for:
-- a commit that only notifies therefore does not wait for the disk.
--   filters       the filters that were sent
--   understood    what was understood of the query, as search_content returns it; null if nothing was to be understood
--   results       the first page, as search_content returns it
--   with_meaning  whether the search had an embedding
create or replace function private.announce_search(
    query text, filters jsonb, sort text, understood jsonb, total integer, results jsonb, with_meaning boolean
)
returns uuid
language plpgsql set search_path = ''
as $$
declare
    v_id uuid := gen_random_uuid();
begin
    if not private.can_notify() then
        return null;
    end if;
    if current_setting('transaction_read_only')::boolean then
        perform set_config('synchronous_commit', 'off', true);
    end if;
    perform pg_notify('query_events', jsonb_build_object(
        'id', v_id,
        'account_id', private.measured_account(),
        'query', left(btrim(regexp_replace(coalesce(query, ''), '\s+', ' ', 'g')), 200),
        'filters', jsonb_strip_nulls(filters),
        'sort', sort,
        'understood', private.understood_parts(understood),
        'total', total,
        'item_ids', jsonb_path_query_array(results, '$[0 to 9].id'),
        'with_meaning', with_meaning,
        'searched_at', clock_timestamp()
    )::text);
    return v_id;
exception when others then
    raise log 'a search was not announced: %', sqlstate;
    return null;
end
$$;
comment on function private.announce_search(text, jsonb, text, jsonb, integer, jsonb, boolean) is
'Announces a search to the worker that records it; returns its id.';
revoke execute on function private.announce_search(text, jsonb, text, jsonb, integer, jsonb, boolean) from public;
grant execute on function private.announce_search(text, jsonb, text, jsonb, integer, jsonb, boolean)
to anon, authenticated, service_role;

-- source: sql/private/search/events/can_notify.sql
-- Helper. Returns whether events may be announced: this server is no standby, which cannot notify, and its queue of
-- notifications does not fill because no worker reads it. A full queue would make each commit that notifies fail.
create or replace function private.can_notify() returns boolean
language plpgsql set search_path = ''
as $$
declare
    -- A share of 8 GB: 400 MB on the disk, hundreds of thousands of searches.
    v_fullest constant double precision := 0.05;
begin
    return not pg_is_in_recovery() and pg_notification_queue_usage() <= v_fullest;
end
$$;
comment on function private.can_notify() is 'Whether events may be announced.';
revoke execute on function private.can_notify() from public;
grant execute on function private.can_notify() to anon, authenticated, service_role;

-- source: sql/private/search/events/measured_account.sql
-- Helper. Returns the caller's account if its searches may be linked to it: it consents to analytics, it has signed in
-- with an identity, and no kids profile acts. Null otherwise. Never raises.
-- Definer: a search runs as its caller, who may read neither auth.users nor, in kids mode, consents.
create or replace function private.measured_account() returns uuid
language sql stable security definer set search_path = ''
as $$
    select a.id
    from public.accounts as a
    join auth.users as u on u.id = a.id
    where
        a.id = private.caller_id()
        and not u.is_anonymous
        and private.has_consent(a.id, 'analytics')
        and not private.is_kids_acting()
$$;
comment on function private.measured_account() is 'The caller''s account if its searches may be linked to it.';
revoke execute on function private.measured_account() from public;
grant execute on function private.measured_account() to anon, authenticated, service_role;

-- source: sql/private/search/events/understood_parts.sql
-- Helper. Returns the names of the parts of a query that were understood, such as people and genres, in alphabetical
-- order, without their values.
--   understood  as search_content returns it; null: nothing
create or replace function private.understood_parts(understood jsonb) returns text[]
language sql immutable set search_path = ''
as $$
    select coalesce(array_agg(p.name order by p.name), '{}')
    from (
        select e.key as name
        from jsonb_each(understood - 'filters') as e
        where e.value not in ('null', '[]', '{}')
        union all
        select jsonb_object_keys(understood -> 'filters')
    ) as p
$$;
comment on function private.understood_parts(jsonb) is 'The names of the parts of a query that were understood.';
revoke execute on function private.understood_parts(jsonb) from public;
grant execute on function private.understood_parts(jsonb) to anon, authenticated, service_role;

-- source: sql/private/search/paging/page_of_matches.sql
-- Helper. Returns up to `count` of the matches, in their order, that follow the last match of the previous page.
--   after  the previous page's cursor, from private.read_cursor; null: the first page
create or replace function private.page_of_matches(matches private.search_match[], after jsonb, count integer)
returns private.search_match[]
language plpgsql stable set search_path = ''
as $$
declare
    v_document integer := (after ->> 'document')::integer;
    v_score double precision;
begin
    if after is null then
        return matches[:page_of_matches.count];
    end if;
    v_score := coalesce(
        (select m.score from unnest(matches) as m where m.document = v_document), (after ->> 'score')::double precision
    );
    return array(
        select row(m.document, m.score, m.words, m.closeness, m.similarity, m.tier)::private.search_match
        from unnest(matches) with ordinality as m (document, score, words, closeness, similarity, tier, place)
        where m.score < v_score or m.score = v_score and m.document > v_document
        order by m.place
        limit page_of_matches.count
    );
end
$$;
comment on function private.page_of_matches(private.search_match[], jsonb, integer) is
'Returns the matches of a page.';
revoke execute on function private.page_of_matches(private.search_match[], jsonb, integer) from public;
grant execute on function private.page_of_matches(private.search_match[], jsonb, integer)
to anon, authenticated, service_role;

-- source: sql/access/query_events.sql
-- Users read the searches that are linked to their account, editors and admins all. No role of the API writes: the jobs
-- worker does, as the owner of the table.
alter table public.query_events enable row level security;
revoke all on public.query_events from anon, authenticated, service_role;
grant select on public.query_events to authenticated, service_role;

drop policy if exists query_events_select_own_or_editor on public.query_events;
create policy query_events_select_own_or_editor on public.query_events
for select to authenticated
using (
    (select private.is_editor())
    or account_id = (select auth.uid()) and not (select private.is_kids_acting())
);
comment on policy query_events_select_own_or_editor on public.query_events is
'Users read the searches linked to their account, except while a kids profile acts; editors and admins read all.';

-- source: sql/rpc/search/record_search_click.sql
-- Records which result of a search was chosen first. It is written about a second later; a click that does not fit its
-- search is ignored: the search is unknown or older than a day, the search has a click, or the item is not among its
-- results.
--   search_id  search_id of the response
--   item_id    the item that was chosen
--   position   its position among all results, 1 to 1000; required for an item that is not among the first ten
-- Returns nothing.
-- Raises 22023 for a parameter that is missing or out of range, named in detail.field; 429 for more writes than the
-- caller's limit allows.
-- Roles: anon, authenticated.
-- Example: rpc/record_search_click {"search_id": "3e1f…", "item_id": "de12…", "position": 1}
-- Example response: 204, no content
create or replace function public.record_search_click(
    search_id uuid default null, item_id uuid default null, "position" integer default null
)
returns void
language plpgsql set search_path = ''
as $$
declare
    v_field text := case when search_id is null then 'search_id' when item_id is null then 'item_id' end;
begin
    if v_field is not null then
        raise exception '% is required', v_field
            using errcode = '22023', detail = jsonb_build_object('field', v_field)::text;
    end if;
    perform private.check_range('position', coalesce(record_search_click.position, 1), 1, 1000);
    perform private.announce_click(search_id, item_id, record_search_click.position);
end
$$;
comment on function public.record_search_click(uuid, uuid, integer) is
'Records which result of a search was chosen first.';
revoke execute on function public.record_search_click(uuid, uuid, integer) from public, service_role;
grant execute on function public.record_search_click(uuid, uuid, integer) to anon, authenticated;

-- source: sql/rpc/search/search_content.sql
-- Searches films, shows, sports and books by words and by meaning, and counts the matches by facets. Without a query it
-- browses: all items that match the filters. People, genres, moods, languages, countries, years and "like" with a title
-- are understood in the query. Pages are stable: items added to the catalogue after the first page do not appear on
-- later pages.
--   query            the search text, at most 1,000 characters: words of titles, authors and descriptions in any order;
--                    misspellings are corrected; "phrases", -excluded words and OR are supported. Required unless
--                    query_embedding, a filter or sort is sent
--   query_embedding  the query as 384 numbers, from the model named in item_embeddings.model; if omitted, search by
--                    words alone
--   kind             movie, tv_show, sports or book; if omitted, all kinds
--   genre            a genre's slug; if omitted, all genres
--   language         ISO 639 code of the item's language; if omitted, all languages
--   year_from        earliest year, 0 to 3000; if omitted, no limit
--   year_to          latest year, 0 to 3000; if omitted, no limit
--   tier             free or premium: the tier needed to play the item now in the caller's country; if omitted, both
--   count            results per page, 1 to 100, default 20
--   cursor           next_cursor of the previous page, with the same query and filters; if omitted, the first page
--   sort             popularity, year (latest first), rating (highest first) or title; if omitted, relevance,
--                    or without a query popularity
--   ignore           what is not to be understood in the query: corrections, like, people, years, genres, keywords,
--                    languages, countries, kinds, or all; default nothing
-- Returns JSON: results (id, kind, title, overview, year, language, image, score, similarity, matched: an array of
-- words, name and meaning; title_html and snippet_html: escaped, with matching words in mark elements), best first;
-- total, the number of matches, at most 1,000; facets (kind, genre, language, decade, tier: each a list of value and
-- count over all matches, highest count first); understood: filters (genres, keywords, languages, countries, kinds:
-- each a list of alternatives; year_from, year_to), people (name, phrase, job, ids), like (id, title, phrase; or null),
-- corrections (from, to) and dropped, phrases whose filter left no item; next_cursor, null on the last page; search_id,
-- of a first page, for record_search_click: the search is recorded under it; null if it is not recorded.
-- Raises 22023 for a parameter that is missing or out of range, or for a cursor of another search; named in
-- detail.field.
-- Roles: anon, authenticated, service_role.
-- Example: rpc/search_content {"query": "blade runer", "kind": "movie", "count": 10}
-- Example response: {"total": 3, "facets": {"kind": [{"value": "movie", "count": 3}], "genre": [{"value": "drama",
-- "count": 2}, …], "language": [{"value": "en", "count": 3}], "decade": [{"value": 1990, "count": 2}, {"value": 1980,
-- "count": 1}], "tier": [{"value": "free", "count": 3}]}, "results": [{"id": "de12…", "kind": "movie", "year": 1982,
-- "image": null, "score": 0.033, "title": "Blade Runner", "matched": ["words", "name"], "language": "en", "overview":
-- "In a rainy, neon-lit Los Angeles of 2019, a burnt-out …", "similarity": null, "title_html": "<mark>Blade</mark>
-- <mark>Runner</mark>", "snippet_html": "In a rainy, neon-lit Los Angeles of 2019, a …"}, …], "understood": {"like":
-- null, "people": [], "dropped": [], "filters": {}, "corrections": [{"to": "runner", "from": "runer"}]}, "search_id":
-- "3e1f…", "next_cursor": null}
create or replace function public.search_content(
    query text default null,
    query_embedding extensions.vector default null,
    kind text default null,
    genre text default null,
    language text default null,
    year_from integer default null,
    year_to integer default null,
    tier text default null,
    count integer default 20,
    cursor text default null,
    sort text default null,
    ignore text[] default null
)
returns jsonb
language plpgsql stable set search_path = ''
as $$
declare
    v_query text := coalesce(search_content.query, '');
    v_count integer := coalesce(search_content.count, 20);
    v_filters private.search_filters := row(
        search_content.kind, search_content.genre, search_content.language, search_content.year_from,
        search_content.year_to, search_content.tier, null, null, null, null
    );
    v_ignored text[] := coalesce(search_content.ignore, '{}');
    v_viewer private.viewer := private.current_viewer();
    v_search text;
    v_parsed private.parsed_search;
    v_known private.understanding;
    v_after jsonb;
    v_as_of integer;
    v_terms private.search_term[];
    v_matches private.search_match[];
    v_page private.search_match[];
    v_last private.search_match;
    v_results jsonb;
begin
    perform private.check_search(
        v_query, search_content.query_embedding, v_filters, v_count, search_content.sort, v_ignored
    );
    v_search := md5(
        row(v_query, search_content.query_embedding, v_filters, search_content.sort, v_ignored)::text
    );
    v_after := private.read_cursor(search_content.cursor, v_search);
    v_as_of := coalesce((v_after ->> 'as_of')::integer, (select max(d.document) from private.search_documents as d), 0);
    v_parsed := private.parse_search(v_query);
    v_known := private.understand_search(v_parsed, v_filters, v_ignored, v_viewer);
    if v_query ~ '\S' or search_content.query_embedding is not null then
        v_terms := array(
            select t
            from private.query_terms(
                case when v_known.said -> 'corrections' = '[]' then v_parsed.words else v_known.name end,
                v_known.words, v_known.similar_words, v_as_of
            ) as t
        );
        v_matches := private.sort_matches(
            array(
                select m
                from private.search_matches(
                    v_parsed, v_known, v_terms, search_content.query_embedding, v_filters, v_viewer, v_as_of
                ) as m
                order by m.score desc, m.document
            ),
            search_content.sort
        );
    else
        v_matches := array(
            select m
            from private.browse_documents(v_filters, search_content.sort, v_viewer, v_as_of) as m
            order by m.score desc, m.document
        );
    end if;
    v_page := private.page_of_matches(v_matches, v_after, v_count + 1);
    v_last := v_page[v_count];
    v_results := private.search_results(v_page[:v_count], array(select t.lexeme from unnest(v_terms) as t));
    return jsonb_build_object(
        'results', v_results,
        'total', cardinality(v_matches),
        'facets', private.search_facets(v_matches),
        'understood', v_known.said,
        'next_cursor', case
            when cardinality(v_page) > v_count
            then private.write_cursor(v_search, v_as_of, v_last.score, v_last.document)
        end,
        'search_id', case
            when search_content.cursor is null
            then private.announce_search(
                v_query, to_jsonb(v_filters), search_content.sort, v_known.said, cardinality(v_matches), v_results,
                search_content.query_embedding is not null
            )
        end
    );
end
$$;
comment on function public.search_content(
    text, extensions.vector, text, text, text, integer, integer, text, integer, text, text, text[]
) is
'Searches films, shows, sports and books by words and by meaning, with facets, or browses them.';
revoke execute on function public.search_content(
    text, extensions.vector, text, text, text, integer, integer, text, integer, text, text, text[]
) from public;
grant execute on function public.search_content(
    text, extensions.vector, text, text, text, integer, integer, text, integer, text, text, text[]
) to anon, authenticated, service_role;

-- source: sql/rpc/search/search_semantic.sql
-- Lists the items of one kind that are most similar in meaning to a query, as match_content does, and records the
-- search. The search worker's /search/semantic calls it with the embedding of the query.
--   query            the search text, 1 to 1,000 characters
--   query_embedding  the query as 384 numbers, from the model named in item_embeddings.model
--   match_threshold  minimum similarity, 0 to 1, default 0
--   match_count      maximum number of items, 1 to 200, default 12
--   kind             movie, tv_show, sports or book, default movie
-- Returns JSON: results (id, kind, title, overview, year, language, image, similarity), most similar first; search_id,
-- for record_search_click, null if the search is not recorded.
-- Raises 22023 for a parameter that is missing or out of range, named in detail.field.
-- Roles: anon, authenticated, service_role.
-- Example: rpc/search_semantic {"query": "a deadly virus", "query_embedding": [0.1, …], "kind": "movie"}
-- Example response: {"results": [{"id": "4662…", "kind": "movie", "year": 1995, "image": null, "title": "Outbreak",
-- "language": "en", "overview": "A smuggled African monkey …", "similarity": 0.569}, …], "search_id": "3e1f…"}
create or replace function public.search_semantic(
    query text default null,
    query_embedding extensions.vector default null,
    match_threshold double precision default 0,
    match_count integer default 12,
    kind text default 'movie'
)
returns jsonb
language plpgsql stable set search_path = ''
as $$
declare
    v_threshold double precision := coalesce(match_threshold, 0);
    v_results jsonb;
begin
    perform private.check_search(
        coalesce(search_semantic.query, ''), null, null, 1, null, '{}'
    );
    select coalesce(jsonb_agg(to_jsonb(m) order by m.similarity desc, m.id), '[]') into v_results
    from private.match_kind(query_embedding, v_threshold, match_count, search_semantic.kind) as m;
    return jsonb_build_object(
        'results', v_results,
        'search_id', private.announce_search(
            search_semantic.query, jsonb_build_object('kind', coalesce(search_semantic.kind, 'movie')), null, null,
            jsonb_array_length(v_results), v_results, true
        )
    );
end
$$;
comment on function public.search_semantic(text, extensions.vector, double precision, integer, text) is
'Lists the items of one kind most similar in meaning to a query, and records the search.';
revoke execute on function public.search_semantic(text, extensions.vector, double precision, integer, text) from public;
grant execute on function public.search_semantic(text, extensions.vector, double precision, integer, text)
to anon, authenticated, service_role;
