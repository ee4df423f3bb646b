-- A profile's list: by the item model first, then collaborative, by content, popular; nothing twice, nothing unwanted.
-- What comes later is asked only where what comes first does not fill the list.
-- Raises as private.rater_of_profile. No profile at all (anon): popular.
-- Definer: scores read others' ratings; none of them is returned.
create or replace function private.recommend(profile_id uuid, kind text, count integer)
returns table (item_id uuid, place bigint, score double precision, reason_code text, because_of uuid)
language plpgsql stable rows 20 security definer set search_path = ''
as $$
#variable_conflict use_column
declare
    v_rater uuid := private.rater_of_profile(profile_id);
begin
    return query
    with unwanted as materialized (
        select u.item_id from private.unwanted(v_rater) as u (item_id)
    ), together as materialized (
        select t.item_id, t.score, t.because_of
        from private.item_based(v_rater, recommend.kind, recommend.count) as t
    ), collaborative as materialized (
        select c.item_id, c.score
        from private.collaborative(
            case when (select count(*) from together) < recommend.count then v_rater end,
            recommend.kind, recommend.count * 2
        ) as c
    ), preferred as (
        select t.item_id from together as t
        union
        select c.item_id from collaborative as c
    ), content as materialized (
        select c.item_id, c.score, c.because_of
        from private.content_based(
            case when (select count(*) from preferred) < recommend.count then v_rater end,
            recommend.kind, recommend.count * 3
        ) as c
    ), popular as (
        select p.item_id, p.place
        from private.popular(recommend.kind, recommend.count * 4 + (select count(*) from unwanted)::integer) as p
        where p.item_id not in (select u.item_id from unwanted as u)
    ), candidates as (
        select t.item_id, 0 as tier, t.score, 'liked_together' as reason_code, t.because_of from together as t
        union all
        select c.item_id, 1, c.score, 'taste', null from collaborative as c
        union all
        select c.item_id, 2, c.score, 'liked', c.because_of from content as c
        union all
        select p.item_id, 3, 1.0 / p.place, 'popular', null from popular as p
    ), once as (
        select distinct on (c.item_id) c.* from candidates as c order by c.item_id, c.tier
    )
    select o.item_id, row_number() over (order by o.tier, o.score desc, o.item_id), o.score, o.reason_code, o.because_of
    from once as o
    order by 2
    limit recommend.count;
end
$$;
comment on function private.recommend(uuid, text, integer) is
'A profile''s list of recommendations, if the caller may ask.';
revoke execute on function private.recommend(uuid, text, integer) from public;
grant execute on function private.recommend(uuid, text, integer) to anon, authenticated, service_role;
