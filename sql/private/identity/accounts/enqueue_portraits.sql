-- Trigger. Enqueues a job that publishes the pictures of an account's profiles again, when a profile names another
-- file, a named file changes, or either is deleted. Skipped while the account is being erased.
-- Definer: only workers may write to the queue.
create or replace function private.enqueue_portraits() returns trigger
language plpgsql security definer set search_path = ''
as $$
declare
    v_old jsonb := to_jsonb(old);
    v_new jsonb := to_jsonb(new);
    v_account uuid;
begin
    if tg_table_schema = 'storage' then
        select p.account_id into v_account
        from jsonb_array_elements(jsonb_build_array(v_old, v_new)) as f (file)
        join public.profiles as p
            on p.account_id = private.as_uuid(split_part(f.file ->> 'name', '/', 1))
            and p.avatar_path = f.file ->> 'name'
        where f.file ->> 'bucket_id' = 'avatars'
        limit 1;
    else
        v_account := coalesce(v_new, v_old) ->> 'account_id';
    end if;
    if v_account is not null and not exists (
        select from public.account_deletions as d where d.account_id = v_account and d.due_at <= now()
    ) then
        perform private.enqueue(
            'portraits', 'publish_portraits', jsonb_build_object('account_id', v_account),
            'publish_portraits ' || v_account
        );
    end if;
    return null;
end
$$;
comment on function private.enqueue_portraits() is 'Trigger. Enqueues the publication of an account''s pictures.';
revoke execute on function private.enqueue_portraits() from public;
