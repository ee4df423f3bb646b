-- The version of the item model that lists read; null where none is active.
-- Definer: models list items, and so exist for no caller with an age limit.
create or replace function private.item_model() returns bigint
language sql stable security definer set search_path = ''
as $$
    select m.id from public.recommendation_models as m where m.name = 'liked_together' and m.is_active
$$;
comment on function private.item_model() is 'The version of the item model that lists read.';
revoke execute on function private.item_model() from public;
grant execute on function private.item_model() to anon, authenticated, service_role;
