-- Does Storage hold files of the account? Where there is no Storage, there are none. For workers only.
create or replace function private.has_files(account_id uuid) returns boolean
language plpgsql stable set search_path = ''
as $$
declare
    v_has boolean := false;
begin
    if to_regclass('storage.objects') is not null then
        execute 'select exists (select from storage.objects where owner_id = $1::text)' into v_has using account_id;
    end if;
    return v_has;
end
$$;
comment on function private.has_files(uuid) is 'Does Storage hold files of the account?';
revoke execute on function private.has_files(uuid) from public;
