-- Helper. Returns the names of the parts of a query that were understood, such as people and genres, in alphabetical
-- order, without their values.
--   understood  as search_content returns it; null: nothing
create or replace function private.understood_parts(understood jsonb) returns text[]
language sql immutable set search_path = ''
as $$
    select coalesce(array_agg(p.name order by p.name), '{}')
    from (
        select e.key as name
        from jsonb_each(understood - 'filters') as e
        where e.value not in ('null', '[]', '{}')
        union all
        select jsonb_object_keys(understood -> 'filters')
    ) as p
$$;
comment on function private.understood_parts(jsonb) is 'The names of the parts of a query that were understood.';
revoke execute on function private.understood_parts(jsonb) from public;
grant execute on function private.understood_parts(jsonb) to anon, authenticated, service_role;
