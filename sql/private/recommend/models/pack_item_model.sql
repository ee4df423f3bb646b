-- Worker. Packs the weights of a model version for reading: one sparse vector an item. The worker that wrote the
-- version's rows of item_neighbours calls it last, in the same transaction. The targets, which are the dimensions of
-- the vectors, are the 2,000 most rated items that any weight leads to; with the films of MovieLens, all items ever
-- listed were among the first 1,000.
-- Nested loops are off: right after the weights were written, the planner underestimates their number and would read
-- all of them for each target.
create or replace function private.pack_item_model(model_id bigint) returns void
language plpgsql set search_path = '' set enable_nestloop = off
as $$
#variable_conflict use_column
begin
    update public.recommendation_models as m set targets = array(
        select t.neighbour_id
        from (
            select distinct n.neighbour_id
            from public.item_neighbours as n
            where n.model_id = pack_item_model.model_id
        ) as t
        left join private.item_counts as s on s.item_id = t.neighbour_id
        order by s.rating_count desc nulls last, t.neighbour_id
        limit 2000
    )
    where m.id = pack_item_model.model_id;

    delete from private.item_weights as w where w.model_id = pack_item_model.model_id;
    insert into private.item_weights (model_id, item_id, weights)
    select
        n.model_id,
        n.item_id,
        format(
            '{%s}/%s', string_agg(t.place || ':' || n.weight, ',' order by t.place), max(cardinality(m.targets))
        )::extensions.sparsevec
    from public.recommendation_models as m
    cross join lateral unnest(m.targets) with ordinality as t (item_id, place)
    join public.item_neighbours as n on n.model_id = m.id and n.neighbour_id = t.item_id
    where m.id = pack_item_model.model_id
    group by n.model_id, n.item_id;
end
$$;
comment on function private.pack_item_model(bigint) is
'Packs the weights of a model version into the vectors that lists read.';
revoke execute on function private.pack_item_model(bigint) from public;
