-- Helper. Raises 22023 if the value does not match the regular expression `form`, such as the one of a country code.
-- Null is accepted. `field` and `example` appear in the message.
create or replace function private.check_form(field text, value text, form text, example text) returns void
language plpgsql immutable set search_path = ''
as $$
begin
    if value !~ form then
        raise exception '% must be a code such as %, not %', field, example, left(value, 40)
            using errcode = '22023', detail = jsonb_build_object('field', field)::text;
    end if;
end
$$;
comment on function private.check_form(text, text, text, text) is
'Raise an error if a value does not have the form of its field.';
revoke execute on function private.check_form(text, text, text, text) from public;
grant execute on function private.check_form(text, text, text, text) to anon, authenticated, service_role;
