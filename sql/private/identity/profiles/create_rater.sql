-- Trigger. Creates the rater, a pseudonym, of a new profile. The rater of an anonymous user is not counted in
-- statistics.
-- Definer: a client that creates a profile may not write raters.
create or replace function private.create_rater() returns trigger
language plpgsql security definer set search_path = ''
as $$
begin
    insert into public.raters (profile_id, is_counted)
    select new.id, not coalesce((select u.is_anonymous from auth.users as u where u.id = new.account_id), false);
    return null;
end
$$;
comment on function private.create_rater() is 'Trigger. Creates the rater of a new profile.';
revoke execute on function private.create_rater() from public;
