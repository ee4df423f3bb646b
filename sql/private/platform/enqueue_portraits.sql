-- Trigger of profiles and storage.objects: the worker makes the public pictures of an account's profiles again when one
-- names another file, a file changes, or either goes.
-- Definer: nobody but workers may write to the queue.
create or replace function private.enqueue_portraits() returns trigger
language plpgsql security definer set search_path = ''
as $$
declare
    v_row jsonb := to_jsonb(case tg_op when 'DELETE' then old else new end);
    v_account uuid := private.as_uuid(coalesce(v_row ->> 'account_id', split_part(v_row ->> 'name', '/', 1)));
begin
    if v_account is not null then
        perform private.enqueue(
            'portraits', 'publish_portraits', jsonb_build_object('account_id', v_account),
            'publish_portraits ' || v_account
        );
    end if;
    return null;
end
$$;
comment on function private.enqueue_portraits() is 'Trigger: has the public pictures of an account made again.';
revoke execute on function private.enqueue_portraits() from public;
