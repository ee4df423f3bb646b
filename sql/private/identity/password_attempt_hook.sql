-- Auth's hook for tries of a password: counts them by account, as the embedded Auth does by itself, and rejects those
-- that are too many, right or wrong. Auth calls it in a transaction of its own: what is rejected counts.
--   event  user_id, valid
-- Returns decision continue, or reject with a message.
create or replace function private.password_attempt_hook(event jsonb) returns jsonb
language plpgsql set search_path = ''
as $$
declare
    v_account text := (select u.email from auth.users as u where u.id = (event ->> 'user_id')::uuid);
    v_entry private.admission := private.count_entry('anon', 'password', coalesce(v_account, event ->> 'user_id'));
begin
    if v_entry.admitted is false then
        return jsonb_build_object(
            'decision', 'reject', 'message', format('Too many tries: try again in %s s', v_entry.wait)
        );
    end if;
    return jsonb_build_object('decision', 'continue');
end
$$;
comment on function private.password_attempt_hook(jsonb) is 'Reject tries of a password that are too many, by account.';
revoke execute on function private.password_attempt_hook(jsonb) from public;
grant execute on function private.password_attempt_hook(jsonb) to supabase_auth_admin;
