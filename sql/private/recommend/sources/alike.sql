-- Helper. Returns items of the same kind whose content is similar to one item's, best first: of the nearest by
-- embedding, and those that share people or keywords. The score is the cosine of the embeddings (0 without), plus 0.3
-- for a common director, 0.1 for each common actor billed fifth or better (two at most), 0.05 for each common keyword
-- (five at most), and 0.1 times the share of common genres; 1 at most. Items below 0.35 are left out: with nothing
-- similar, no item is returned.
create or replace function private.alike(similar_to uuid, count integer, viewer private.viewer)
returns table (item_id uuid, score double precision)
language plpgsql stable rows 20 set search_path = '' set plan_cache_mode = force_custom_plan
as $$
#variable_conflict use_column
declare
    v_item uuid := alike.similar_to;
begin
    return query
    with near as materialized (
        select n.item_id
        from public.item_embeddings as e
        cross join lateral private.nearest(e.embedding, e.kind, alike.count + 1, viewer) as n
        where e.item_id = v_item
    ), people as materialized (
        select
            c.item_id,
            count(distinct c.person_id) filter (where c.job = 'director') as directors,
            count(distinct c.person_id) filter (where c.job = 'actor') as actors
        from public.credits as o
        join public.credits as c on c.person_id = o.person_id and c.job = o.job
        where o.item_id = v_item and o.job in ('director', 'actor') and o.position <= 5 and c.position <= 5
        group by c.item_id
    ), keywords as materialized (
        select k.item_id, count(*) as shared
        from public.item_keywords as o
        join public.item_keywords as k on k.keyword = o.keyword
        where o.item_id = v_item
        group by k.item_id
        order by shared desc, k.item_id
        limit 200
    ), candidates as materialized (
        select i.id
        from public.items as i
        where
            i.id in (
                select n.item_id from near as n
                union select p.item_id from people as p
                union select k.item_id from keywords as k
            )
            and i.id <> v_item
            and i.kind = (select o.kind from public.items as o where o.id = v_item)
            and private.is_available(i, viewer)
    ), sets as materialized (
        select g.item_id, g.genres
        from private.genre_sets(array(select c.id from candidates as c) || v_item) as g
    ), scored as (
        select
            c.id,
            least(
                1,
                coalesce(1 - (e.embedding operator(extensions.<=>) o.embedding), 0)
                + 0.3 * least(1, coalesce(p.directors, 0))
                + 0.1 * least(2, coalesce(p.actors, 0))
                + 0.05 * least(5, coalesce(k.shared, 0))
                + 0.1 * coalesce(
                    bit_count((g.genres & m.genres)::bit(64))::double precision
                    / nullif(bit_count((g.genres | m.genres)::bit(64)), 0),
                    0
                )
            ) as score
        from candidates as c
        join sets as g on g.item_id = c.id
        join sets as m on m.item_id = v_item
        left join public.item_embeddings as o on o.item_id = v_item
        left join public.item_embeddings as e on e.item_id = c.id
        left join people as p on p.item_id = c.id
        left join keywords as k on k.item_id = c.id
    )
    select s.id, s.score
    from scored as s
    where s.score >= 0.35
    order by s.score desc, s.id
    limit alike.count;
end
$$;
comment on function private.alike(uuid, integer, private.viewer) is
'Returns items whose description, people, keywords and genres are similar to one item''s.';
revoke execute on function private.alike(uuid, integer, private.viewer) from public;
grant execute on function private.alike(uuid, integer, private.viewer) to anon, authenticated, service_role;
