-- The trained item model, unless this database has trained one. Loaded after the ratings, which choose its targets.
insert into public.recommendation_models (name, version, parameters, item_count, rating_count, is_active)
select
    'liked_together', 1, '{"method": "EASE", "source": "seed"}',
    (select count(distinct s.item_id) from staged_model as s),
    (select count(*) from private.positive_feedback),
    true
where
    exists (select from staged_model)
    and not exists (select from public.recommendation_models as m where m.name = 'liked_together');

insert into public.item_neighbours (model_id, item_id, neighbour_id, weight)
select m.id, s.item_id, s.neighbour_id, s.weight
from public.recommendation_models as m
cross join staged_model as s
where
    m.name = 'liked_together' and m.parameters ->> 'source' = 'seed'
    and not exists (select from public.item_neighbours as n where n.model_id = m.id);

select private.pack_item_model(m.id)
from public.recommendation_models as m
where m.name = 'liked_together' and m.parameters ->> 'source' = 'seed' and m.targets = '{}';
