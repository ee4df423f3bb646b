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
