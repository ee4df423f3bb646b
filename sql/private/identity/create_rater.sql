-- Trigger: a new profile gets the pseudonym it rates under. That of an anonymous user is not counted.
-- Definer: whoever makes a profile may not write raters.
create or replace function private.create_rater() returns trigger
language plpgsql security definer set search_path = ''
as $$
begin
    insert into public.raters (profile_id, is_counted)
    select new.id, not coalesce((select u.is_anonymous from auth.users as u where u.id = new.account_id), false);
    return null;
end
$$;
comment on function private.create_rater() is 'Trigger: makes the rater of a new profile.';
revoke execute on function private.create_rater() from public;
