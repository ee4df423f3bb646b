-- What an account brought for others, as artwork, stays, and does not tell any more who brought it. For workers only.
create or replace function private.disown_files(account_id uuid) returns void
language plpgsql set search_path = ''
as $$
begin
    if to_regclass('storage.objects') is not null then
        execute 'update storage.objects set owner = null, owner_id = null where owner_id = $1::text' using account_id;
    end if;
end
$$;
comment on function private.disown_files(uuid) is 'Files that stay tell no more who brought them.';
revoke execute on function private.disown_files(uuid) from public;
