-- Trigger: a new profile gets the pseudonym it rates under.
-- Definer: whoever makes a profile may not write raters.
create or replace function private.create_rater() returns trigger
language plpgsql security definer set search_path = ''
as $$
begin
    insert into public.raters (profile_id) values (new.id);
    return null;
end
$$;
comment on function private.create_rater() is 'Trigger: makes the rater of a new profile.';
revoke execute on function private.create_rater() from public;
