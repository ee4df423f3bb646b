-- Trigger: at the end of a transaction that revokes a refresh token without a successor, its session ends. Auth
-- revokes so when an older token of the session is used again after its time, which can be a thief's. It leaves the
-- session itself: the access token would live on, and the newest refresh token could be exchanged for ten seconds more.
-- Definer: Auth's own role runs it, which reads no schema of ours.
create or replace function private.end_reused_session() returns trigger
language plpgsql security definer set search_path = ''
as $$
begin
    -- Not in the trigger's condition, which would keep Auth's migrations from the column.
    if new.revoked
        and not old.revoked
        and not exists (select from auth.refresh_tokens as t where t.parent = new.token)
    then
        delete from auth.sessions as s where s.id = new.session_id;
    end if;
    return null;
end
$$;
comment on function private.end_reused_session() is 'Trigger: ends the session in which a refresh token was reused.';
revoke execute on function private.end_reused_session() from public;
