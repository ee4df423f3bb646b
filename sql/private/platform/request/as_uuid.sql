-- Helper. Converts a text to a UUID; null if it is invalid. Never raises.
-- PL/pgSQL, because the planner would fold the cast of a constant in an SQL function before the check.
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
comment on function private.as_uuid(text) is 'A text as a UUID; null if it is invalid.';
revoke execute on function private.as_uuid(text) from public;
grant execute on function private.as_uuid(text) to anon, authenticated, service_role;
