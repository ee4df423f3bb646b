-- Helper. Returns the rater for a user id: for the caller's own id the acting profile's; for the service the rater of
-- any user's default profile, or the rater whose own id is given. Raises 22023 for null, 42501 for another user's id,
-- PT404 for an unknown id.
-- Definer: the result for the service must not depend on what the caller may read.
create or replace function private.rater_of_user(user_id uuid) returns uuid
language plpgsql stable security definer set search_path = ''
as $$
declare
    v_rater uuid;
begin
    if user_id is null then
        raise exception 'user_id is missing'
            using errcode = '22023', detail = '{"field": "user_id"}', hint = 'Send your own user id.';
    end if;
    if user_id = private.caller_id() then
        return private.current_rater_id();
    end if;
    if not private.is_service() then
        raise exception 'this user is not you'
            using errcode = '42501', detail = '{"field": "user_id"}', hint = 'Send your own user id.';
    end if;
    select r.id into v_rater
    from public.raters as r
    left join public.profiles as p on p.id = r.profile_id
    where r.id = user_id or (p.account_id = user_id and p.is_default);
    if v_rater is null then
        raise exception 'there is no user %', user_id
            using errcode = 'PT404', detail = '{"field": "user_id"}';
    end if;
    return v_rater;
end
$$;
comment on function private.rater_of_user(uuid) is 'The rater for a user id, if the caller may act for it.';
revoke execute on function private.rater_of_user(uuid) from public;
grant execute on function private.rater_of_user(uuid) to anon, authenticated, service_role;
