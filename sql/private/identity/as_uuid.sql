-- A text as a uuid; null where it is none. Never raises: PL/pgSQL, since a query would fold a constant's cast before it
-- asks whether there is one.
create or replace function private.as_uuid(value text) returns uuid
language plpgsql stable set search_path = ''
as $$
begin
    if pg_input_is_valid(value, 'uuid') then
        return value;
    end if;
    return null;
end
$$;
comment on function private.as_uuid(text) is 'A text as a uuid; null where it is none.';
revoke execute on function private.as_uuid(text) from public;
grant execute on function private.as_uuid(text) to anon, authenticated, service_role;
