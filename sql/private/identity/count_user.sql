-- Trigger: what an anonymous user rated and did begins to count when the user becomes a permanent one.
-- Definer: the auth server's role writes auth.users and none of ours.
create or replace function private.count_user() returns trigger
language plpgsql security definer set search_path = ''
as $$
begin
    update public.raters as r set is_counted = not new.is_anonymous
    from public.profiles as p
    where p.account_id = new.id and r.profile_id = p.id and r.is_counted = new.is_anonymous;
    return null;
end
$$;
comment on function private.count_user() is 'Trigger: what a user who is no longer anonymous did begins to count.';
revoke execute on function private.count_user() from public;
