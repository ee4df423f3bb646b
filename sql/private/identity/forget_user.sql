-- Trigger: before an auth user goes, however it is deleted, so does what no cascade of foreign keys takes along, the
-- farthest first, and the jobs that name it. Files are left to Storage, which alone can delete them.
-- Definer: the auth server's role writes auth.users and none of ours.
create or replace function private.forget_user() returns trigger
language plpgsql security definer set search_path = ''
as $$
declare
    v_table private.personal_table;
begin
    -- In the order in which private.refresh_user_similarity holds them.
    perform
    from public.raters as r
    where r.profile_id in (select p.id from public.profiles as p where p.account_id = old.id)
    order by r.id
    for update;
    for v_table in
        select p.*
        from private.personal_tables() as p
        where
            p.on_erasure = 'delete'
            and not p.goes_with_owner
            and p.relation <> 'auth.users'::regclass
            and p.schema_name <> 'storage'
        order by p.depth desc
    loop
        execute format('delete from %s where %s', v_table.relation, v_table.owned) using old.id;
    end loop;
    perform private.forget_jobs(private.ids_of_account(old.id));
    return old;
end
$$;
comment on function private.forget_user() is 'Trigger: deletes what of a user no cascade takes along.';
revoke execute on function private.forget_user() from public;
