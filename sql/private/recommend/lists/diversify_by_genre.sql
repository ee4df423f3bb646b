-- Helper. Returns the best candidates of a pool, of different genres (greedy re-ranking). Each step takes, from the
-- lowest tier left, the candidate with the highest score: its weight divided by 1 plus the number of times that its
-- genres were taken before, on average over its genres.
--   pool   candidates, each item once
--   count  the maximum number of items
create or replace function private.diversify_by_genre(pool private.candidate[], count integer)
returns table (item_id uuid, place integer, score double precision)
language plpgsql immutable rows 20 set search_path = ''
as $$
#variable_conflict use_column
declare
    -- Per candidate, how often its genres were taken so far; null once the candidate itself is taken.
    v_taken bigint[] := array_fill(0::bigint, array[cardinality(pool)]);
    v_chosen integer;
    v_genres bigint;
begin
    for v_place in 1..least(diversify_by_genre.count, cardinality(pool)) loop
        select c.number, c.item_id, c.genres, c.weight / (1 + c.taken::double precision / c.size)
        into v_chosen, item_id, v_genres, score
        from (
            select p.*, greatest(bit_count(p.genres::bit(64)), 1) as size
            from rows from (unnest(pool), unnest(v_taken)) with ordinality as p (
                item_id, tier, weight, genres, taken, number
            )
            where p.taken is not null
        ) as c
        order by c.tier, c.weight / (1 + c.taken::double precision / c.size) desc, c.item_id
        limit 1;
        place := v_place;
        return next;
        v_taken := array(
            select p.taken + bit_count((p.genres & v_genres)::bit(64))
            from rows from (unnest(pool), unnest(v_taken)) with ordinality as p (
                item_id, tier, weight, genres, taken, number
            )
            order by p.number
        );
        v_taken[v_chosen] := null;
    end loop;
end
$$;
comment on function private.diversify_by_genre(private.candidate[], integer) is
'Returns the best candidates of a pool, of different genres.';
revoke execute on function private.diversify_by_genre(private.candidate[], integer) from public;
grant execute on function private.diversify_by_genre(private.candidate[], integer) to anon, authenticated, service_role;
