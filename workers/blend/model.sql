-- How the active item model was trained.
select m.parameters
from public.recommendation_models as m
where m.id = private.active_item_model()
