-- Helper. Content-based filtering: returns items whose description is similar to the three items that a rater liked
-- most (the latest first among equals), best first. The score is the sum of cosine similarity times rating / 5;
-- because_of is the liked item with the largest share. Without a kind, each liked item leads to items of its own kind.
-- Through this source, items without ratings can enter a list (cold start).
-- It reads ratings: only definer functions and workers may call it.
create or replace function private.similar_to_liked(rater_id uuid, kind text, count integer, viewer private.viewer)
returns table (item_id uuid, score double precision, because_of uuid)
language sql stable rows 20 set search_path = ''
as $$
    with liked as materialized (
        select l.item_id, l.weight, e.embedding, coalesce(similar_to_liked.kind, e.kind) as kind
        from private.positive_feedback as l
        join public.item_embeddings as e on e.item_id = l.item_id
        where l.rater_id = similar_to_liked.rater_id and l.is_liked
        order by l.weight desc, l.liked_at desc, l.item_id
        limit 3
    ), unwanted as materialized (
        select u.item_id from private.excluded_items(similar_to_liked.rater_id) as u (item_id)
    ), alike as (
        select n.item_id, n.similarity * l.weight as score, l.item_id as because_of
        from liked as l
        cross join lateral private.nearest(
            l.embedding, l.kind, similar_to_liked.count + (select count(*) from unwanted)::integer, viewer
        ) as n
        where n.item_id not in (select u.item_id from unwanted as u)
    )
    select a.item_id, sum(a.score), (array_agg(a.because_of order by a.score desc, a.because_of))[1]
    from alike as a
    group by a.item_id
    order by sum(a.score) desc, a.item_id
    limit similar_to_liked.count
$$;
comment on function private.similar_to_liked(uuid, text, integer, private.viewer) is
'Returns items whose description is similar to items the rater liked.';
revoke execute on function private.similar_to_liked(uuid, text, integer, private.viewer) from public;
