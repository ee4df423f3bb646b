-- Helper. Returns whether the name, with or without digits and separators at its end, looks like a name of the service,
-- such as admin or support. Null for null.
-- Definer: clients may not read reserved_names.
create or replace function private.is_reserved(name text) returns boolean
language sql stable security definer set search_path = ''
as $$
    select exists (
        select
        from private.reserved_names as r
        where private.skeleton(r.name) in (
            private.skeleton(is_reserved.name),
            private.skeleton(regexp_replace(is_reserved.name, '[0-9_ .-]+$', ''))
        )
    )
    where is_reserved.name is not null
$$;
comment on function private.is_reserved(text) is 'Whether the name looks like a name of the service.';
revoke execute on function private.is_reserved(text) from public;
grant execute on function private.is_reserved(text) to authenticated, service_role;
