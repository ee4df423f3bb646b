-- What the acting profile's age hides: the highest minimum age it sees, with a + where it also sees what is unrated.
-- Null where nothing is hidden by age: for anon, the service, a user without a profile, and a profile of the highest
-- rating that shows what is unrated. Never raises.
-- Every table of the catalogue asks for it in each query, so the answer is kept for the rest of the transaction, as
-- long as token and headers stay the same and no profile changes (private.forget_age_rule).
-- Definer: policies of the catalogue call it before any row of profiles may be read.
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
comment on function private.age_rule() is 'What the acting profile''s age hides; null: nothing.';
revoke execute on function private.age_rule() from public;
grant execute on function private.age_rule() to anon, authenticated, service_role;
