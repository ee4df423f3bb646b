-- Helper. Returns the id of the active version of the item model (liked_together), which lists read; null if none is
-- active.
-- Definer: callers with an age limit may not read recommendation_models, whose targets list items of every maturity
-- rating.
create or replace function private.active_item_model() returns bigint
language sql stable security definer set search_path = ''
as $$
    select m.id from public.recommendation_models as m where m.name = 'liked_together' and m.is_active
$$;
comment on function private.active_item_model() is 'Returns the id of the active item model, which lists read.';
revoke execute on function private.active_item_model() from public;
grant execute on function private.active_item_model() to anon, authenticated, service_role;
