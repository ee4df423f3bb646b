-- Functions, triggers and policies as sql/ has them.

set lock_timeout = '10s';
set check_function_bodies = off;

-- source: sql/private/recommend/refresh_user_similarity.sql
-- Store a rater's nearest neighbours anew. One statement, so that the version it notes is the one it saw.
create or replace function private.refresh_user_similarity(rater_id uuid) returns void
language plpgsql set search_path = ''
as $$
#variable_conflict use_column
begin
    perform pg_advisory_xact_lock(hashtextextended('user_similarities:' || refresh_user_similarity.rater_id, 0));
    -- Held against deletion before any of their rows is touched: whoever deletes one waits here, not in a circle.
    perform from public.raters as r
    where
        r.id = refresh_user_similarity.rater_id
        or r.id in (
            select s.neighbour_id
            from public.user_similarities as s
            where s.rater_id = refresh_user_similarity.rater_id
        )
    order by r.id
    for key share;
    with nearest as materialized (
        select n.* from private.nearest_raters(refresh_user_similarity.rater_id) as n
    ), gone as (
        delete from public.user_similarities as s
        where
            s.rater_id = refresh_user_similarity.rater_id
            and s.neighbour_id not in (select n.neighbour_id from nearest as n)
    ), stored as (
        insert into public.user_similarities
        (rater_id, neighbour_id, similarity, co_ratings, weight, affinity, level)
        select
            refresh_user_similarity.rater_id, n.neighbour_id, n.similarity, n.co_ratings,
            n.weight, n.affinity, n.level
        from nearest as n
        on conflict (rater_id, neighbour_id) do update set
            similarity = excluded.similarity, co_ratings = excluded.co_ratings, weight = excluded.weight,
            affinity = excluded.affinity, level = excluded.level, computed_at = now()
    )
    update public.raters as r set similarities_version = r.ratings_version
    where r.id = refresh_user_similarity.rater_id;
end
$$;
comment on function private.refresh_user_similarity(uuid) is 'Store a rater''s nearest neighbours anew.';
revoke execute on function private.refresh_user_similarity(uuid) from public;
grant execute on function private.refresh_user_similarity(uuid) to service_role;

-- source: sql/private/search/forget_unused_words.sql
-- Forget the words that no document has any more: for the upkeep worker. Until then one may be taken for a word of the
-- catalogue, or a misspelt one for it.
create or replace function private.delete_unused_words() returns void
language sql set search_path = ''
as $$
    delete from private.search_words as w
    where not exists (
        select from private.search_postings as p where p.lexeme = any(private.stems_of(w.word))
    )
$$;
comment on function private.delete_unused_words() is 'Forget the words that no document has any more.';
revoke execute on function private.delete_unused_words() from public;
grant execute on function private.delete_unused_words() to service_role;

-- source: sql/private/search/nearest.sql
-- Items of a kind nearest to a vector, best first, that the viewer may see (none: everything). Planned at each call,
-- so that the index of that kind is used; it is scanned on until as many are found as asked for. The index holds
-- vectors at half precision and is read in relaxed order, which loses none: some more than asked are taken from it,
-- and put in order by the stored ones.
-- The first statement loads pgvector: only then may one who is no superuser name its settings.
select '[0]'::extensions.vector;

create or replace function private.nearest(
    query_embedding extensions.vector, kind text, count integer, viewer private.viewer default null
)
returns table (item_id uuid, similarity double precision)
language plpgsql stable rows 20 set search_path = '' set hnsw.ef_search = 300
set hnsw.iterative_scan = relaxed_order set hnsw.max_scan_tuples = 200000 set hnsw.scan_mem_multiplier = 16
set plan_cache_mode = force_custom_plan
as $$
#variable_conflict use_column
begin
    return query
    with near as materialized (
        select e.item_id, e.embedding
        from public.item_embeddings as e
        where
            e.kind = nearest.kind
            and (select private.is_available(i, viewer) from public.items as i where i.id = e.item_id)
        order by
            e.embedding::extensions.halfvec(384)
            operator(extensions.<=>) nearest.query_embedding::extensions.halfvec(384)
        limit nearest.count + 10
    ), measured as (
        select n.item_id, n.embedding operator(extensions.<=>) nearest.query_embedding as distance from near as n
    )
    select m.item_id, 1 - m.distance
    from measured as m
    order by m.distance, m.item_id
    limit nearest.count;
end
$$;
comment on function private.nearest(extensions.vector, text, integer, private.viewer) is
'Items of a kind nearest to a vector.';
revoke execute on function private.nearest(extensions.vector, text, integer, private.viewer) from public;
grant execute on function private.nearest(extensions.vector, text, integer, private.viewer)
to anon, authenticated, service_role;

-- source: sql/private/search/nearest_of_kind.sql
-- Documents of a kind nearest to a vector among those that pass the filters: the index of that kind is walked until
-- there are enough, and some more, since it is of half precision: the stored vectors decide. Planned at each call, so
-- that it is this index.
-- The first statement loads pgvector: only then may one who is no superuser name its settings.
select '[0]'::extensions.vector;

create or replace function private.nearest_by_index(
    query_embedding extensions.vector,
    kind text,
    filters private.search_filters,
    viewer private.viewer,
    as_of integer,
    count integer
)
returns table (document integer, similarity double precision)
language plpgsql stable rows 100 set search_path = ''
set hnsw.ef_search = 200 set hnsw.iterative_scan = strict_order set hnsw.max_scan_tuples = 200000
set hnsw.scan_mem_multiplier = 16
set plan_cache_mode = force_custom_plan
as $$
#variable_conflict use_column
begin
    return query
    with near as materialized (
        select d.document, e.embedding
        from public.item_embeddings as e
        join private.search_documents as d on d.item_id = e.item_id
        join public.items as i on i.id = e.item_id
        where e.kind = nearest_of_kind.kind and d.document <= as_of and private.is_visible_match(d, i, filters, viewer)
        order by
            e.embedding::extensions.halfvec(384)
            operator(extensions.<=>) query_embedding::extensions.halfvec(384)
        limit nearest_of_kind.count + 10
    ), measured as (
        select n.document, n.embedding operator(extensions.<=>) query_embedding as distance from near as n
    )
    select m.document, 1 - m.distance
    from measured as m
    order by m.distance, m.document
    limit nearest_of_kind.count;
end
$$;
comment on function private.nearest_by_index(
    extensions.vector, text, private.search_filters, private.viewer, integer, integer
) is 'Documents of a kind nearest to a vector among those that pass the filters.';
revoke execute on function private.nearest_by_index(
    extensions.vector, text, private.search_filters, private.viewer, integer, integer
) from public;
grant execute on function private.nearest_by_index(
    extensions.vector, text, private.search_filters, private.viewer, integer, integer
) to anon, authenticated, service_role;
