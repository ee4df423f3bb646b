-- Helper. Raises 22023 if user_id is null, PT404 unless the user has an account. Called by definer functions that have
-- checked their caller.
create or replace function private.check_user(user_id uuid) returns void
language plpgsql stable set search_path = ''
as $$
begin
    if user_id is null then
        raise exception 'user_id is missing' using errcode = '22023', detail = '{"field": "user_id"}';
    end if;
    if not exists (select from public.accounts as a where a.id = check_user.user_id) then
        raise exception 'there is no user %', user_id using errcode = 'PT404', detail = '{"field": "user_id"}';
    end if;
end
$$;
comment on function private.check_user(uuid) is 'Raise an error unless the user exists.';
revoke execute on function private.check_user(uuid) from public;
