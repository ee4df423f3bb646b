-- A new active version in place of all others of its name; their weights go with them.
with gone as (
    delete from public.recommendation_models as m where m.name = 'rated_alike' returning m.version
)
insert into public.recommendation_models (name, version, parameters, item_count, rating_count, is_active)
select 'rated_alike', coalesce(max(g.version), 0) + 1, %(parameters)s, %(items)s, %(ratings)s, true
from gone as g
returning id
