-- What tells of something like the rater's ten best liked items, the latest first among equals: scored by similarity
-- times rating / 5, summed; because_of is the liked item that says most. A kind, or each item's own.
-- For definer functions and workers only.
create or replace function private.content_based(rater_id uuid, kind text, count integer)
returns table (item_id uuid, score double precision, because_of uuid)
language sql stable rows 20 set search_path = ''
as $$
    with liked as materialized (
        select r.item_id, r.rating / 5 as weight, e.embedding, coalesce(content_based.kind, e.kind) as kind
        from public.ratings as r
        join public.item_embeddings as e on e.item_id = r.item_id
        where r.rater_id = content_based.rater_id and r.rating >= 3.5
        order by r.rating desc, r.updated_at desc, r.item_id
        limit 10
    ), alike as (
        select n.item_id, n.similarity * l.weight as score, l.item_id as because_of
        from liked as l
        cross join lateral private.nearest(l.embedding, l.kind, 50) as n
        where n.item_id not in (select private.unwanted(content_based.rater_id))
    )
    select a.item_id, sum(a.score), (array_agg(a.because_of order by a.score desc, a.because_of))[1]
    from alike as a
    group by a.item_id
    order by sum(a.score) desc, a.item_id
    limit content_based.count
$$;
comment on function private.content_based(uuid, text, integer) is 'What tells of something like what a rater liked.';
revoke execute on function private.content_based(uuid, text, integer) from public;
