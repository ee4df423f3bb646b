-- Trigger of auth.users: what users write about themselves, which Auth puts into each token, has a size. Raises PT400,
-- which Auth answers as 400 with the message.
-- Definer: the auth server's role may use none of our functions.
create or replace function private.limit_user_metadata() returns trigger
language plpgsql security definer set search_path = ''
as $$
begin
    if new.raw_user_meta_data <> 'null' and not private.is_small_json(new.raw_user_meta_data, 16000) then
        raise exception 'user_metadata is an object of up to 16,000 bytes and 8 levels'
            using errcode = 'PT400', detail = '{"field": "user_metadata", "max": 16000}';
    end if;
    return new;
end
$$;
comment on function private.limit_user_metadata() is 'Trigger: refuses user metadata that is too large.';
revoke execute on function private.limit_user_metadata() from public;
