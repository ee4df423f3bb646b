-- Trigger. Limits user_metadata, which users write and Auth copies into each token, to 16,000 bytes and 8 levels.
-- Raises PT400, to which Auth responds with 400 and the message.
-- Definer: the role of Auth may not execute our functions.
create or replace function private.limit_user_metadata() returns trigger
language plpgsql security definer set search_path = ''
as $$
begin
    if new.raw_user_meta_data <> 'null' and not private.is_small_json(new.raw_user_meta_data, 16000) then
        raise exception 'user_metadata must be a JSON object of up to 16,000 bytes and 8 levels'
            using errcode = 'PT400', detail = '{"field": "user_metadata", "max": 16000}';
    end if;
    return new;
end
$$;
comment on function private.limit_user_metadata() is 'Trigger. Limits the size of user metadata.';
revoke execute on function private.limit_user_metadata() from public;
