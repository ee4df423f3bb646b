-- Trigger. Includes the ratings and events of an anonymous user in statistics once the user becomes permanent.
-- Definer: the role of Auth, which writes auth.users, has no privilege on our tables.
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
comment on function private.count_user() is 'Trigger. Counts a user''s ratings once the user is not anonymous.';
revoke execute on function private.count_user() from public;
