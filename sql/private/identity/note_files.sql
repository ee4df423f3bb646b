-- Take a user's files in avatars and speech out of reach: their rows go, so that nobody reads them any more, and their
-- names and versions are noted for a job, which deletes the bytes through Storage (private.files_to_remove). Uploads in
-- pieces are forgotten. What an account brought for others, as artwork, stays without the owner's id. For definer
-- functions only.
create or replace function private.note_files(user_id uuid) returns void
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
        -- Storage's own trigger refuses to delete rows without their bytes: the note is what keeps them together.
        perform set_config('storage.allow_delete_query', 'true', true);
        execute
            'delete from storage.objects as o using private.files_to_remove as f '
            'where f.bucket_id = o.bucket_id and f.name = o.name and f.version is not distinct from o.version';
        perform set_config('storage.allow_delete_query', coalesce(v_allowed, ''), true);
        perform private.enqueue('privacy', 'remove_files', '{"timestamp": 0}', 'remove_files');
    end if;
    perform private.disown_files(user_id);
end
$$;
comment on function private.note_files(uuid) is 'Take a user''s files out of reach, and note them for deletion.';
revoke execute on function private.note_files(uuid) from public;
