-- The version of the model of items rated alike that predictions read; null where none is active.
create or replace function private.rated_alike() returns bigint
language sql stable set search_path = ''
as $$
    select m.id from public.recommendation_models as m where m.name = 'rated_alike' and m.is_active
$$;
comment on function private.rated_alike() is 'The version of the model that predictions read.';
revoke execute on function private.rated_alike() from public;
grant execute on function private.rated_alike() to service_role;
