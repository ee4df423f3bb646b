-- Worker. Restores the rows in storage.objects of up to `batch` files in private.files_to_remove, and returns them,
-- because Storage deletes bytes only by their row. Files that were not tried yet come first, then those whose last
-- attempt is longest ago; files of a bucket that does not exist are skipped. After calling Storage, call
-- private.forget_deleted_files, whatever Storage responded.
--   tried_before  the start of the run: files that were tried since are not returned again
create or replace function private.restore_hidden_files(
    batch integer default 100, tried_before timestamptz default 'infinity'
)
returns table (bucket_id text, name text)
language plpgsql rows 100 set search_path = ''
as $$
declare
    v_files private.files_to_remove[];
begin
    if not exists (select from private.files_to_remove) then
        return;
    end if;
    execute
        'with taken as ('
        'select f.bucket_id, f.name from private.files_to_remove as f '
        'where coalesce(f.tried_at, ''-infinity'') < $2 '
        'and exists (select from storage.buckets as b where b.id = f.bucket_id) '
        'order by f.tried_at nulls first, f.noted_at, f.bucket_id, f.name limit $1'
        '), tried as ('
        'update private.files_to_remove as f set tried_at = clock_timestamp() from taken as t '
        'where f.bucket_id = t.bucket_id and f.name = t.name returning f'
        ') select array_agg(t.f) from tried as t'
        into v_files using batch, tried_before;
    execute
        'insert into storage.objects (bucket_id, name, version) '
        'select f.bucket_id, f.name, f.version from unnest($1) as f on conflict do nothing'
        using v_files;
    return query select f.bucket_id, f.name from unnest(v_files) as f order by f.bucket_id, f.name;
end
$$;
comment on function private.restore_hidden_files(integer, timestamptz) is
'Restore the rows of files to remove, for Storage to delete them.';
revoke execute on function private.restore_hidden_files(integer, timestamptz) from public;
