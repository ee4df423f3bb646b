-- Helper. Re-ranks a list by maximal marginal relevance (MMR: Carbonell, Goldstein, SIGIR 1998), so that neighbouring
-- items differ. Each step takes the item with the highest (1 - w) * score - w * (greatest similarity to the
-- items already taken), where w is diversity to the power 1.5. Ties keep their order. The similarity of two items is
-- the cosine of their embeddings, or 0.8 times the share of their genres that they have in common, whichever is
-- greater.
--   list       candidates, best first, with scores of at most 1
--   diversity  0 to 1: 0 keeps the order, 1 ignores the scores
--   count      the number of items to return
-- An item's greatest similarity can only rise from step to step, so it is updated only while the item could still be
-- the best.
-- Returns indexes into the given list. If an error occurs, it is logged and counted and the order stays.
create or replace function private.rerank_by_mmr(
    list private.proposal[], diversity real, count integer
) returns integer[]
language plpgsql stable set search_path = ''
as $$
#variable_conflict use_column
declare
    v_size integer := cardinality(list);
    v_share double precision := power(diversity, 1.5);
    -- Each item's upper bound: its value if it is similar to none of the items taken. In descending order.
    v_alone double precision[];
    v_vectors extensions.vector[];
    v_genres bigint[];
    v_alike double precision[] := array_fill(0::double precision, array[v_size]);
    -- The number of taken items that each item has been compared with.
    v_compared integer[] := array_fill(0, array[v_size]);
    v_left boolean[] := array_fill(true, array[v_size]);
    v_order integer[] := '{}';
    v_best integer;
    v_taken integer;
    v_highest double precision;
begin
    if v_share = 0 then
        return array(select generate_series(1, least(rerank_by_mmr.count, v_size)));
    end if;
    v_alone := array(select (1 - v_share) * l.score from unnest(list) with ordinality as l order by l.ordinality);
    v_vectors := array(
        select e.embedding
        from unnest(list) with ordinality as l
        left join public.item_embeddings as e on e.item_id = l.item_id
        order by l.ordinality
    );
    v_genres := array(
        select g.genres
        from unnest(list) with ordinality as l
        join private.genre_sets(array(select l.item_id from unnest(list) as l)) as g on g.item_id = l.item_id
        order by l.ordinality
    );
    for v_turn in 1..least(rerank_by_mmr.count, v_size) loop
        v_best := null;
        for v_place in 1..v_size loop
            exit when v_alone[v_place] <= v_highest and v_best is not null;
            continue when not v_left[v_place];
            while v_compared[v_place] < v_turn - 1
                and (v_best is null or v_alone[v_place] - v_share * v_alike[v_place] > v_highest)
            loop
                v_compared[v_place] := v_compared[v_place] + 1;
                v_taken := v_order[v_compared[v_place]];
                v_alike[v_place] := greatest(
                    v_alike[v_place],
                    1 - (v_vectors[v_place] operator(extensions.<=>) v_vectors[v_taken]),
                    0.8 * bit_count((v_genres[v_place] & v_genres[v_taken])::bit(64))
                    / nullif(bit_count((v_genres[v_place] | v_genres[v_taken])::bit(64)), 0)
                );
            end loop;
            if v_best is null or v_alone[v_place] - v_share * v_alike[v_place] > v_highest then
                v_best := v_place;
                v_highest := v_alone[v_place] - v_share * v_alike[v_place];
            end if;
        end loop;
        v_order := v_order || v_best;
        v_left[v_best] := false;
    end loop;
    return v_order;
exception when others then
    perform private.report_failure('diversity', sqlstate, sqlerrm);
    return array(select generate_series(1, least(rerank_by_mmr.count, v_size)));
end
$$;
comment on function private.rerank_by_mmr(private.proposal[], real, integer) is
'Re-ranks a list by maximal marginal relevance so that its items differ.';
revoke execute on function private.rerank_by_mmr(private.proposal[], real, integer) from public;
