-- Lists the books most similar to a query embedding, by cosine similarity.
--   query_embedding  384 numbers, from the model named in item_embeddings.model
--   match_threshold  minimum similarity, 0 to 1, default 0.4
--   match_count      maximum number of books, 1 to 200, default 12
-- Returns id, kind, title, overview, year, language, image, similarity; most similar first.
-- Raises 22023 for a parameter that is missing or out of range, named in detail.field.
-- Roles: anon, authenticated, service_role.
-- Example: rpc/match_books {"query_embedding": [0.1, …]}
-- Example response: [{"id": "b3c7…", "kind": "book", "title": "The Devil's Elixirs", "overview": "A Capuchin monk
-- drinks from a forbidden relic …", "year": 1815, "language": "de", "image": null, "similarity": 0.423}, …]
create or replace function public.match_books(
    query_embedding extensions.vector default null,
    match_threshold double precision default 0.4,
    match_count integer default 12
)
returns setof public.matched_item
language sql stable rows 20 set search_path = ''
as $$
    select * from private.match_kind(query_embedding, match_threshold, match_count, 'book')
$$;
comment on function public.match_books(extensions.vector, double precision, integer) is
'Lists the books most similar to a query embedding.';
revoke execute on function public.match_books(extensions.vector, double precision, integer) from public;
grant execute on function public.match_books(extensions.vector, double precision, integer)
to anon, authenticated, service_role;
