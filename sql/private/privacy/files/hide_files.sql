-- Helper. Makes a deleted user's files in avatars, portraits and speech unreadable: deletes their rows and lists them
-- in private.files_to_remove, from which a job deletes the bytes through Storage. Other files, such as artwork, remain
-- without an owner. Called by definer functions only.
create or replace function private.hide_files(user_id uuid) returns void
language plpgsql set search_path = ''
as $$
declare
    v_allowed text := current_setting('storage.allow_delete_query', true);
    v_noted bigint;
begin
    if to_regclass('storage.objects') is null then
        return;
    end if;
    execute
        'insert into private.files_to_remove (bucket_id, name, version) '
        'select o.bucket_id, o.name, o.version from storage.objects as o '
        'join private.personal_files($1) as f on f.bucket_id = o.bucket_id and f.name = o.name '
        'on conflict do nothing'
        using user_id;
    get diagnostics v_noted = row_count;
    if v_noted > 0 then
        -- Storage's trigger refuses to delete rows whose bytes would remain; files_to_remove keeps track of those.
        perform set_config('storage.allow_delete_query', 'true', true);
        execute
            'delete from storage.objects as o using private.files_to_remove as f '
            'where f.bucket_id = o.bucket_id and f.name = o.name and f.version is not distinct from o.version';
        perform set_config('storage.allow_delete_query', coalesce(v_allowed, ''), true);
        perform private.enqueue('privacy', 'remove_files', '{"timestamp": 0}', 'remove_files');
    end if;
    perform private.clear_file_owner(user_id);
end
$$;
comment on function private.hide_files(uuid) is 'Hide a deleted user''s files and list them for deletion.';
revoke execute on function private.hide_files(uuid) from public;
