-- Helper. Raises 22023, naming the field, if the text has more characters than permitted.
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
comment on function private.check_length(text, text, integer) is 'Raise an error if a text is too long.';
revoke execute on function private.check_length(text, text, integer) from public;
grant execute on function private.check_length(text, text, integer) to anon, authenticated, service_role;
