-- A session ends when one of its refresh tokens is reused. Deferred: an exchange revokes a token before it makes the
-- next. Created where it is missing, since a constraint trigger is not replaced, and hosted lets Auth alone drop it.
do $$
begin
    if not exists (
        select from pg_trigger as t
        where t.tgrelid = 'auth.refresh_tokens'::regclass and t.tgname = 'end_reused_session'
    ) then
        create constraint trigger end_reused_session
        after update on auth.refresh_tokens
        deferrable initially deferred
        for each row execute function private.end_reused_session();
    end if;
end
$$;
