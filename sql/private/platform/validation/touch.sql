-- Trigger. Sets updated_at to the time of the change.
create or replace function private.touch() returns trigger
language plpgsql set search_path = ''
as $$
begin
    new.updated_at := now();
    return new;
end
$$;
comment on function private.touch() is 'Trigger. Sets updated_at to the time of the change.';
revoke execute on function private.touch() from public;
grant execute on function private.touch() to authenticated, service_role;
