-- Trigger. At the end of a transaction that revoked a refresh token without a successor, deletes its session. Auth
-- revokes so when an older token of the session is used again after its grace time, possibly by a thief. It keeps the
-- session itself: the access token would live on, and the newest refresh token could be exchanged for ten more seconds.
-- Definer: the role of Auth runs it and may not read private tables.
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
comment on function private.end_reused_session() is 'Trigger. Deletes the session in which a refresh token was reused.';
revoke execute on function private.end_reused_session() from public;
