-- Helper. Deletes a user's rows that foreign-key cascades do not reach, starting with the tables farthest from
-- auth.users, the user's files (private.hide_files), and the jobs that contain the user's ids.
-- Warns of tables from which it may not delete.
--   user_id     the user
--   keeps_user  whether the row of auth.users remains, as after a soft deletion: then rows that would be deleted by
--               cascade are deleted too, except identities, which private.delete_user_data clears
-- Called by definer functions only.
create or replace function private.delete_user_rows(user_id uuid, keeps_user boolean) returns void
language plpgsql set search_path = ''
as $$
declare
    v_ids uuid[] := private.ids_of_account(user_id);
    v_table private.personal_table;
begin
    -- Lock in the same order as private.refresh_user_similarity, which avoids deadlocks.
    perform
    from public.raters as r
    where r.profile_id in (select p.id from public.profiles as p where p.account_id = user_id)
    order by r.id
    for update;
    for v_table in
        select p.*
        from private.personal_tables() as p
        where
            p.on_erasure = 'delete'
            and (not p.goes_with_owner or keeps_user and p.depth = 1)
            and p.relation not in ('auth.users'::regclass, 'auth.identities'::regclass)
            and p.relation <> 'private.files_to_remove'::regclass
            and (p.schema_name, p.table_name) <> ('storage', 'objects')
        order by p.depth desc
    loop
        if not has_table_privilege(v_table.relation, 'delete') then
            raise warning 'rows of a deleted user may remain in %: % may not delete them',
                v_table.relation, current_user;
            continue;
        end if;
        execute format('delete from %s where %s', v_table.relation, v_table.owned) using user_id;
    end loop;
    perform private.hide_files(user_id);
    perform private.delete_jobs_naming(v_ids);
end
$$;
comment on function private.delete_user_rows(uuid, boolean) is
'Delete a user''s rows that cascades do not reach, files and jobs.';
revoke execute on function private.delete_user_rows(uuid, boolean) from public;
