-- Helper. Raises 22023, naming the parameter, for an unknown purpose, a missing `granted`, or a version that is not 1
-- to 50 characters of plain text.
create or replace function private.check_consent(purpose text, granted boolean, version text) returns void
language plpgsql stable set search_path = ''
as $$
declare
    v_field text := case
        when purpose is null then 'purpose'
        when not exists (select from public.consent_purposes as p where p.purpose = check_consent.purpose) then 'purpose'
        when granted is null then 'granted'
        when not coalesce(private.is_plain_text(btrim(version), 50), false) then 'version'
    end;
begin
    if v_field is not null then
        raise exception 'a consent needs a known purpose, granted, and a version of 1 to 50 characters'
            using errcode = '22023', detail = jsonb_build_object('field', v_field)::text,
            hint = 'The purposes are in consent_purposes.';
    end if;
end
$$;
comment on function private.check_consent(text, boolean, text) is
'Raise an error for a consent that cannot be recorded.';
revoke execute on function private.check_consent(text, boolean, text) from public;
grant execute on function private.check_consent(text, boolean, text) to authenticated, service_role;
