-- Helper. User-based collaborative filtering: returns items that a rater's 50 nearest neighbours rated, without the
-- items that private.excluded_items excludes or the viewer may not see, best first. The score is the sum, over the
-- neighbours, of affinity times rating / 5. A list ordered by predicted rating would instead begin with items that a
-- single neighbour liked.
-- No item depends on few people: neighbours of at least five accounts must have rated it 3 or better, each account
-- counts once per item, and none adds more than the fifth largest share, so that one contributes at most a fifth of a
-- score.
-- It reads the ratings of other raters: only definer functions and workers may call it.
create or replace function private.collaborative(rater_id uuid, kind text, count integer, viewer private.viewer)
returns table (item_id uuid, score double precision)
language sql stable rows 20 set search_path = ''
as $$
    with closest as materialized (
        select n.neighbour_id, n.voter, n.affinity
        from private.neighbours(collaborative.rater_id) as n
        where n.affinity > 0
        order by n.affinity desc, n.neighbour_id
        limit 50
    ), votes as (
        select distinct on (o.item_id, n.voter) o.item_id, o.rating, n.affinity * o.rating / 5 as share
        from closest as n
        join public.ratings as o on o.rater_id = n.neighbour_id
        order by o.item_id, n.voter, share desc
    ), rated as (
        select
            v.item_id,
            count(*) filter (where v.rating >= 3) as likes,
            array_agg(v.share order by v.share desc) as shares
        from votes as v
        group by v.item_id
    ), scored as (
        select r.item_id, (select sum(least(s.share, r.shares[5])) from unnest(r.shares) as s (share)) as score
        from rated as r
        where r.likes >= 5 and r.item_id not in (select private.excluded_items(collaborative.rater_id))
    )
    select s.item_id, s.score
    from scored as s
    join public.items as i on i.id = s.item_id and (collaborative.kind is null or i.kind = collaborative.kind)
    where private.is_available(i, viewer)
    order by s.score desc, s.item_id
    limit collaborative.count
$$;
comment on function private.collaborative(uuid, text, integer, private.viewer) is
'Returns items that a rater''s nearest neighbours liked.';
revoke execute on function private.collaborative(uuid, text, integer, private.viewer) from public;
