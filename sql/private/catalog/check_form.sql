-- Refuse a text that does not have the form of its field, such as a country's code; null is let through. Raises 22023.
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
comment on function private.check_form(text, text, text, text) is 'Refuse a text that is no code of its kind.';
revoke execute on function private.check_form(text, text, text, text) from public;
grant execute on function private.check_form(text, text, text, text) to anon, authenticated, service_role;
