-- Helper. Returns whether the name, with or without digits and separators at its end, looks like a name of the service,
-- such as admin or support. Null for null. False for more than 100 characters, the longest name that another trigger
-- accepts: comparing takes time in proportion to the length, for each reserved name.
-- Definer: clients may not read reserved_names.
create or replace function private.is_reserved(name text) returns boolean
language sql stable security definer set search_path = ''
as $$
    select case
        when length(is_reserved.name) <= 100 then exists (
            select
            from private.reserved_names as r
            where private.skeleton(r.name) in (
                private.skeleton(is_reserved.name),
                private.skeleton(regexp_replace(is_reserved.name, '[0-9_ .-]+$', ''))
            )
        )
        when is_reserved.name is not null then false
    end
$$;
comment on function private.is_reserved(text) is 'Whether the name looks like a name of the service.';
revoke execute on function private.is_reserved(text) from public;
grant execute on function private.is_reserved(text) to authenticated, service_role;
