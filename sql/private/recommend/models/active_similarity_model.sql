-- Helper. Returns the id of the active version of the model rated_alike (similarity of items by their ratings), which
-- predictions read; null if none is active.
create or replace function private.active_similarity_model() returns bigint
language sql stable set search_path = ''
as $$
    select m.id from public.recommendation_models as m where m.name = 'rated_alike' and m.is_active
$$;
comment on function private.active_similarity_model() is
'Returns the id of the active model of similarly rated items, which predictions read.';
revoke execute on function private.active_similarity_model() from public;
grant execute on function private.active_similarity_model() to service_role;
