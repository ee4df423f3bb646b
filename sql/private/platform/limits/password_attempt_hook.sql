-- Hook. Hosted Auth calls it for each password attempt; the embedded Auth counts attempts itself. It counts attempts
-- per account and rejects those above the limit, whether the password is correct or not. Auth calls it in a transaction
-- of its own, so rejected attempts count.
--   event  user_id, valid
-- Returns decision continue, or reject with a message.
create or replace function private.password_attempt_hook(event jsonb) returns jsonb
language plpgsql set search_path = ''
as $$
declare
    v_account text := (select u.email from auth.users as u where u.id = (event ->> 'user_id')::uuid);
    v_entry private.admission := private.admit_request('anon', 'password', coalesce(v_account, event ->> 'user_id'));
begin
    if v_entry.admitted is false then
        return jsonb_build_object(
            'decision', 'reject', 'message', format('Too many tries: try again in %s s', v_entry.wait)
        );
    end if;
    return jsonb_build_object('decision', 'continue');
end
$$;
comment on function private.password_attempt_hook(jsonb) is
'Hook. Rejects password attempts above the limit per account.';
revoke execute on function private.password_attempt_hook(jsonb) from public;
grant execute on function private.password_attempt_hook(jsonb) to supabase_auth_admin;
