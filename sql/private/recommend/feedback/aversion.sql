-- Helper. Returns how similar each item is to the items that a rater disliked (rated below 3, or disliked by an
-- interaction), from 0 to 1. The 50 items that were disliked last count. The result is the greater of two measures:
--   genres        the share of the disliked items that have the item's genre, for the genre with the largest share; the
--                 denominator is increased by 2, so that few dislikes weigh less
--   descriptions  the greatest cosine similarity between the embeddings
-- An item without any similarity has no row.
-- It reads ratings: only definer functions and workers may call it.
create or replace function private.aversion(rater_id uuid, item_ids uuid[])
returns table (item_id uuid, aversion double precision)
language sql stable rows 100 set search_path = ''
as $$
    with disliked as materialized (
        select d.item_id
        from (
            select l.item_id, l.liked_at as disliked_at
            from private.positive_feedback as l
            where l.rater_id = aversion.rater_id and l.is_disliked
            union all
            select f.item_id, f.refused_at
            from private.feedback as f
            where f.rater_id = aversion.rater_id and f.is_disliked
        ) as d
        group by d.item_id
        order by max(d.disliked_at) desc, d.item_id
        limit 50
    ), genres as (
        select g.genre_id, count(*) / ((select count(*) from disliked) + 2.0::double precision) as share
        from disliked as d
        join public.item_genres as g on g.item_id = d.item_id
        group by g.genre_id
    ), alike as (
        select g.item_id, n.share as aversion
        from public.item_genres as g
        join genres as n on n.genre_id = g.genre_id
        where g.item_id = any(aversion.item_ids)
        union all
        select e.item_id, 1 - (e.embedding operator(extensions.<=>) o.embedding)
        from disliked as d
        join public.item_embeddings as o on o.item_id = d.item_id
        join public.item_embeddings as e on e.item_id = any(aversion.item_ids)
    )
    select a.item_id, max(a.aversion) from alike as a where a.aversion > 0 group by a.item_id
$$;
comment on function private.aversion(uuid, uuid[]) is
'Returns how similar each item is to the items that a rater disliked, from 0 to 1.';
revoke execute on function private.aversion(uuid, uuid[]) from public;
