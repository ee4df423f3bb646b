-- Helper. Returns the age limit of the acting profile: the highest minimum age of items it sees, followed by + if it
-- also sees unrated items. Null means no limit: anon, the service, a user without a profile, and a profile with rating
-- NC-17 that shows unrated items. Never raises.
-- Every query of a catalogue table evaluates it, so the result is cached in a transaction-local setting, keyed by token
-- and request headers; private.reset_age_rule clears it when profiles or kids mode change.
-- Definer: policies of the catalogue call it before the caller may read any row of profiles.
create or replace function private.age_rule() returns text
language plpgsql stable security definer set search_path = ''
as $$
declare
    v_key text;
    v_kept text;
    v_rule text;
begin
    if current_setting('role', true) is distinct from 'authenticated' then
        return null;
    end if;
    v_key := concat(current_setting('request.jwt.claims', true), current_setting('request.headers', true), E'\n');
    v_kept := current_setting('cinefluent.age_rule', true);
    if starts_with(v_kept, v_key) then
        return nullif(substr(v_kept, length(v_key) + 1), '');
    end if;
    select private.profile_age(p.maturity_rating, p.is_kids) || case when p.shows_unrated and not p.is_kids then '+' else '' end
    into v_rule
    from public.profiles as p
    where p.id = private.current_profile_id() and (p.is_kids or p.maturity_rating <> 'NC-17' or not p.shows_unrated);
    perform set_config('cinefluent.age_rule', concat(v_key, v_rule), true);
    return v_rule;
end
$$;
comment on function private.age_rule() is 'The age limit of the acting profile; null: no limit.';
revoke execute on function private.age_rule() from public;
grant execute on function private.age_rule() to anon, authenticated, service_role;
