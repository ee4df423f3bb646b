-- Helper. Returns a list of items for each of a profile's favourite genres: those that the profile likes more often
-- than others do (private.liked_features, three liked items or more), the strongest first, then those that are most
-- common among its liked items, then the most common genres of the catalogue. A list holds the profile's
-- recommendations of the genre, then the genre's most popular items; an item is in the first of the lists it could be
-- in. Genres with fewer than three items left have no list.
-- Raises as private.viewer.
-- Definer: it reads the ratings of the profile, and lists read those of other raters; none of these is returned.
create or replace function private.genre_rows(kind text, genres integer, count integer)
returns table (genre text, row_number integer, item_id uuid, place integer, score double precision)
language plpgsql stable rows 60 security definer set search_path = '' set plan_cache_mode = force_generic_plan
as $$
#variable_conflict use_column
declare
    v_viewer private.viewer := private.viewer(null);
begin
    return query
    with favourites as materialized (
        select g.id, g.name, row_number() over (
            order by
                coalesce(l.items, 0) >= 3 and coalesce(l.lift, 0) > 0 desc,
                case when l.items >= 3 then l.lift end desc nulls last, l.items desc nulls last, s.share desc, g.id
        ) as place
        from private.feature_shares as s
        join public.genres as g on s.feature = 'genre' and g.id::text = s.value
        left join private.liked_features(v_viewer.rater_id) as l on l.feature = s.feature and l.value = s.value
        order by place
        limit genre_rows.genres
    ), recommended as materialized (
        select r.item_id, r.place, r.score from private.recommend(null, genre_rows.kind, 200, 0) as r
    ), members as (
        select f.place as row_place, f.name, r.item_id, 0 as tier, r.place, r.score
        from favourites as f
        join public.item_genres as m on m.genre_id = f.id
        join recommended as r on r.item_id = m.item_id
        union all
        select f.place, f.name, i.item_id, 1, i.rank, 0
        from favourites as f
        join private.feature_items as i on i.feature = 'genre' and i.value = f.id::text and i.kind = genre_rows.kind
        join public.items as o on o.id = i.item_id and private.is_available(o, v_viewer)
        where i.item_id not in (select u.item_id from private.excluded_items(v_viewer.rater_id) as u (item_id))
    ), once as (
        select distinct on (m.item_id) m.* from members as m order by m.item_id, m.row_place, m.tier
    ), placed as (
        select
            o.*,
            row_number() over (partition by o.row_place order by o.tier, o.place, o.item_id)::integer as number,
            count(*) over (partition by o.row_place) as size
        from once as o
    )
    select p.name, dense_rank() over (order by p.row_place)::integer, p.item_id, p.number, p.score
    from placed as p
    where p.size >= 3 and p.number <= genre_rows.count
    order by p.row_place, p.number;
end
$$;
comment on function private.genre_rows(text, integer, integer) is
'Returns a list of items for each of a profile''s favourite genres.';
revoke execute on function private.genre_rows(text, integer, integer) from public;
grant execute on function private.genre_rows(text, integer, integer) to anon, authenticated, service_role;
