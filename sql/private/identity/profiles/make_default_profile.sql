-- Helper. Makes a profile the default of its account. Raises 22023 for null, 403 kids_mode, and as
-- private.rater_of_profile.
-- Definer: clients may not write is_default or lock the row of accounts.
create or replace function private.make_default_profile(profile_id uuid) returns void
language plpgsql security definer set search_path = ''
as $$
declare
    v_account uuid;
begin
    if profile_id is null then
        raise exception 'profile_id is missing' using errcode = '22023', detail = '{"field": "profile_id"}';
    end if;
    perform private.check_not_kids();
    perform private.hold_writes();
    perform private.rater_of_profile(make_default_profile.profile_id);
    select p.account_id into v_account from public.profiles as p where p.id = make_default_profile.profile_id;
    perform from public.accounts as a where a.id = v_account for no key update;
    update public.profiles as p set is_default = false
    where p.account_id = v_account and p.is_default and p.id <> make_default_profile.profile_id;
    update public.profiles as p set is_default = true
    where p.id = make_default_profile.profile_id and not p.is_default;
end
$$;
comment on function private.make_default_profile(uuid) is 'Make a profile the default of its account.';
revoke execute on function private.make_default_profile(uuid) from public;
grant execute on function private.make_default_profile(uuid) to authenticated, service_role;
