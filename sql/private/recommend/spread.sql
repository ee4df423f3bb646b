-- The best of a pool, spread over genres: one after the other is taken, of the lowest tier the one with the highest
-- score, which is its weight divided by one plus how often, on average, its genres were taken before.
--   pool   candidates, each item once
--   count  how many at most
create or replace function private.spread(pool private.candidate[], count integer)
returns table (item_id uuid, place integer, score double precision)
language plpgsql immutable rows 20 set search_path = ''
as $$
#variable_conflict use_column
declare
    v_pool private.candidate[] := array(
        select c from unnest(pool) as c order by c.tier, c.weight desc, c.item_id
    );
    v_left boolean[] := array_fill(true, array[cardinality(v_pool)]);
    v_taken double precision[] := array_fill(
        0::double precision, array[(select coalesce(max(g), 1) from unnest(pool) as c cross join unnest(c.genres) as g)]
    );
    v_candidate private.candidate;
    v_best private.candidate;
    v_at_best integer;
    v_value double precision;
    v_sum double precision;
    v_genre integer;
begin
    for v_place in 1..least(spread.count, cardinality(v_pool)) loop
        v_at_best := null;
        for v_at in 1..cardinality(v_pool) loop
            continue when not v_left[v_at];
            v_candidate := v_pool[v_at];
            -- No score is above its weight: none that follows can be the best.
            exit when v_at_best is not null and (v_candidate.tier > v_best.tier or v_candidate.weight < score);
            v_sum := 0;
            foreach v_genre in array coalesce(v_candidate.genres, '{}') loop
                v_sum := v_sum + v_taken[v_genre];
            end loop;
            v_value := v_candidate.weight / (1 + v_sum / greatest(cardinality(v_candidate.genres), 1));
            if
                v_at_best is null or v_value > score or v_value = score and v_candidate.item_id < v_best.item_id
            then
                v_at_best := v_at;
                v_best := v_candidate;
                score := v_value;
            end if;
        end loop;
        v_left[v_at_best] := false;
        foreach v_genre in array coalesce(v_best.genres, '{}') loop
            v_taken[v_genre] := v_taken[v_genre] + 1;
        end loop;
        item_id := v_best.item_id;
        place := v_place;
        return next;
    end loop;
end
$$;
comment on function private.spread(private.candidate[], integer) is 'The best of a pool, spread over genres.';
revoke execute on function private.spread(private.candidate[], integer) from public;
grant execute on function private.spread(private.candidate[], integer) to anon, authenticated, service_role;
