-- Helper. Returns the caller's account if its searches may be linked to it: it consents to analytics, it has signed in
-- with an identity, and no kids profile acts. Null otherwise. Never raises.
-- Definer: a search runs as its caller, who may read neither auth.users nor, in kids mode, consents.
create or replace function private.measured_account() returns uuid
language sql stable security definer set search_path = ''
as $$
    select a.id
    from public.accounts as a
    join auth.users as u on u.id = a.id
    where
        a.id = private.caller_id()
        and not u.is_anonymous
        and private.has_consent(a.id, 'analytics')
        and not private.is_kids_acting()
$$;
comment on function private.measured_account() is 'The caller''s account if its searches may be linked to it.';
revoke execute on function private.measured_account() from public;
grant execute on function private.measured_account() to anon, authenticated, service_role;
