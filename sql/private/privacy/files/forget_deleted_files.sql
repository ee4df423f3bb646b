-- Worker. After Storage was called: deletes from private.files_to_remove the files whose rows Storage deleted, and
-- deletes the restored rows of the others again, so that they stay unreadable. Returns how many of the given files
-- remain.
--   bucket_ids, names  the files that private.restore_hidden_files returned
create or replace function private.forget_deleted_files(bucket_ids text[], names text[]) returns bigint
language plpgsql set search_path = ''
as $$
begin
    execute
        'delete from private.files_to_remove as f using unnest($1, $2) as c (bucket_id, name) '
        'where f.bucket_id = c.bucket_id and f.name = c.name and not exists ('
        'select from storage.objects as o '
        'where o.bucket_id = f.bucket_id and o.name = f.name and o.version is not distinct from f.version)'
        using bucket_ids, names;
    perform set_config('storage.allow_delete_query', 'true', true);
    execute
        'delete from storage.objects as o using private.files_to_remove as f '
        'where f.bucket_id = o.bucket_id and f.name = o.name and f.version is not distinct from o.version';
    perform set_config('storage.allow_delete_query', '', true);
    return (
        select count(*)
        from private.files_to_remove as f
        join unnest(bucket_ids, names) as c (bucket_id, name) on c.bucket_id = f.bucket_id and c.name = f.name
    );
end
$$;
comment on function private.forget_deleted_files(text[], text[]) is
'Clear files that Storage deleted from files_to_remove.';
revoke execute on function private.forget_deleted_files(text[], text[]) from public;
