-- The best of a pool, spread over genres: one after the other is taken, of the lowest tier the one with the highest
-- score, which is its weight divided by one plus how often, on average, its genres were taken before.
--   pool   candidates, each item once; genres are numbered from 1, none is no genre
--   count  how many at most
create or replace function private.spread(pool private.candidate[], count integer)
returns table (item_id uuid, place integer, score double precision)
language plpgsql immutable rows 20 set search_path = ''
as $$
#variable_conflict use_column
declare
    v_taken double precision[] := array_fill(
        0::double precision, array[(select coalesce(max(g), 1) from unnest(pool) as c cross join unnest(c.genres) as g)]
    );
    v_chosen uuid[] := '{}';
    v_genres integer[];
    v_genre integer;
begin
    for v_place in 1..least(spread.count, cardinality(pool)) loop
        select c.item_id, c.genres, c.weight / (1 + coalesce(t.taken, 0))
        into item_id, v_genres, score
        from unnest(pool) as c
        cross join lateral (select avg(v_taken[g]) as taken from unnest(c.genres) as g) as t
        where c.item_id <> all(v_chosen)
        order by c.tier, c.weight / (1 + coalesce(t.taken, 0)) desc, c.item_id
        limit 1;
        place := v_place;
        v_chosen := v_chosen || item_id;
        foreach v_genre in array coalesce(v_genres, '{}') loop
            v_taken[v_genre] := v_taken[v_genre] + 1;
        end loop;
        return next;
    end loop;
end
$$;
comment on function private.spread(private.candidate[], integer) is 'The best of a pool, spread over genres.';
revoke execute on function private.spread(private.candidate[], integer) from public;
grant execute on function private.spread(private.candidate[], integer) to anon, authenticated, service_role;
