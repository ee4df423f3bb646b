-- Helper: refuse a text that is longer than its parameter may be, naming the field. Raises 22023.
create or replace function private.check_length(field text, value text, most integer) returns void
language plpgsql immutable set search_path = ''
as $$
begin
    if length(value) > most then
        raise exception '% may have up to % characters', field, most
            using errcode = '22023', detail = jsonb_build_object('field', field, 'max', most)::text;
    end if;
end
$$;
comment on function private.check_length(text, text, integer) is 'Refuse a text that is longer than it may be.';
revoke execute on function private.check_length(text, text, integer) from public;
grant execute on function private.check_length(text, text, integer) to anon, authenticated, service_role;
