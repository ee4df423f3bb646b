-- Trigger: updated_at is the time of the last change.
create or replace function private.touch() returns trigger
language plpgsql set search_path = ''
as $$
begin
    new.updated_at := now();
    return new;
end
$$;
comment on function private.touch() is 'Trigger: sets updated_at.';
revoke execute on function private.touch() from public;
grant execute on function private.touch() to authenticated, service_role;
