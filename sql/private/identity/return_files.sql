-- Worker. Restores the rows in storage.objects of up to `batch` files in private.files_to_remove, and returns them,
-- because Storage deletes bytes only by their row. After calling Storage, call private.settle_files, whatever Storage
-- responded.
create or replace function private.return_files(batch integer default 100) returns table (bucket_id text, name text)
language plpgsql rows 100 set search_path = ''
as $$
declare
    v_files private.files_to_remove[] := array(
        select f from private.files_to_remove as f order by f.noted_at, f.bucket_id, f.name limit batch
    );
begin
    if v_files = '{}' then
        return;
    end if;
    execute
        'insert into storage.objects (bucket_id, name, version) '
        'select f.bucket_id, f.name, f.version from unnest($1) as f on conflict do nothing'
        using v_files;
    return query select f.bucket_id, f.name from unnest(v_files) as f order by f.bucket_id, f.name;
end
$$;
comment on function private.return_files(integer) is 'Restore the rows of files to remove, for Storage to delete them.';
revoke execute on function private.return_files(integer) from public;
