-- Helper. Clears the owner of an account's files that remain, such as uploaded artwork. Called by definer functions and
-- workers.
create or replace function private.clear_file_owner(account_id uuid) returns void
language plpgsql set search_path = ''
as $$
begin
    if to_regclass('storage.objects') is not null then
        execute 'update storage.objects set owner = null, owner_id = null where owner_id = $1::text' using account_id;
    end if;
end
$$;
comment on function private.clear_file_owner(uuid) is 'Clear the owner of an account''s files that remain.';
revoke execute on function private.clear_file_owner(uuid) from public;
