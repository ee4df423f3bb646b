-- Trigger. While a kids profile acts, it may change only itself, without is_kids, maturity_rating, shows_unrated and
-- account_id, and may not create or delete profiles. Exception: outside kids mode, an account that has only kids
-- profiles may create another one, so that it stays usable. It names only pictures in the profile's own folder: others
-- are not its to read, and the named picture is published. Raises 403 kids_mode.
-- Definer: it reads the acting profile and all profiles of the account.
create or replace function private.guard_profile() returns trigger
language plpgsql security definer set search_path = ''
as $$
begin
    if private.is_kids_acting() and (case tg_op
        when 'UPDATE' then
            old.id is distinct from private.current_profile_id()
            or (old.account_id, old.is_kids, old.maturity_rating, old.shows_unrated)
            is distinct from (new.account_id, new.is_kids, new.maturity_rating, new.shows_unrated)
            or new.avatar_path is distinct from old.avatar_path
            and not private.is_in_profile_folder(new.avatar_path, new.id)
        when 'INSERT' then
            private.kids_profile_id() is not null
            or not private.is_in_profile_folder(new.avatar_path, new.id)
            or exists (
                select from public.profiles as p where p.account_id = private.caller_id() and not p.is_kids
            )
        else true
    end) then
        perform private.check_not_kids();
    end if;
    return coalesce(new, old);
end
$$;
comment on function private.guard_profile() is 'Trigger. Refuses changes of profiles that a child may not make.';
revoke execute on function private.guard_profile() from public;
