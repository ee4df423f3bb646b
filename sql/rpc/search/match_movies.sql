-- Lists the films most similar to a query embedding, by cosine similarity.
--   query_embedding  384 numbers, from the model named in item_embeddings.model
--   match_threshold  minimum similarity, 0 to 1, default 0.4
--   match_count      maximum number of films, 1 to 200, default 12
-- Returns id, kind, title, overview, year, language, image, similarity; most similar first.
-- Raises 22023 for a parameter that is missing or out of range, named in detail.field.
-- Roles: anon, authenticated, service_role.
-- Example: rpc/match_movies {"query_embedding": [0.1, …], "match_threshold": 0.5}
-- Example response: [{"id": "4662…", "kind": "movie", "title": "Outbreak", "overview": "A smuggled African monkey
-- …", "year": 1995, "language": "en", "image": null, "similarity": 0.569}, …]
create or replace function public.match_movies(
    query_embedding extensions.vector default null,
    match_threshold double precision default 0.4,
    match_count integer default 12
)
returns setof public.matched_item
language sql stable rows 20 set search_path = ''
as $$
    select * from private.match_kind(query_embedding, match_threshold, match_count, 'movie')
$$;
comment on function public.match_movies(extensions.vector, double precision, integer) is
'Lists the films most similar to a query embedding.';
revoke execute on function public.match_movies(extensions.vector, double precision, integer) from public;
grant execute on function public.match_movies(extensions.vector, double precision, integer)
to anon, authenticated, service_role;
