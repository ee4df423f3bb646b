-- Helper. Returns the items of a kind whose embeddings are most similar to the query embedding: the common code of
-- match_movies, match_books and match_content. Raises 22023 if a parameter is missing or out of range.
create or replace function private.match_kind(
    query_embedding extensions.vector, match_threshold double precision, match_count integer, kind text
)
returns setof public.matched_item
language plpgsql stable rows 20 set search_path = ''
as $$
#variable_conflict use_column
declare
    v_threshold double precision := coalesce(match_threshold, 0.4);
    v_count integer := coalesce(match_count, 12);
    v_viewer private.viewer := private.current_viewer();
begin
    perform private.check_embedding(query_embedding);
    perform private.check_range('match_threshold', v_threshold, 0, 1);
    perform private.check_range('match_count', v_count, 1, 200);
    perform private.check_kind(match_kind.kind);
    return query
    select c.id, c.kind, c.title, c.overview, c.year, c.language, c.image, n.similarity
    from private.nearest(query_embedding, coalesce(match_kind.kind, 'movie'), v_count, v_viewer) as n
    join public.catalog_items as c on c.id = n.item_id
    where n.similarity >= v_threshold
    order by n.similarity desc, c.id;
end
$$;
comment on function private.match_kind(extensions.vector, double precision, integer, text) is
'Returns the items of a kind whose embeddings are most similar to a query embedding.';
revoke execute on function private.match_kind(extensions.vector, double precision, integer, text) from public;
grant execute on function private.match_kind(extensions.vector, double precision, integer, text)
to anon, authenticated, service_role;
