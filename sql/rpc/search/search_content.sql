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
