-- Records that the caller granted, refused or withdrew a consent. The latest record of a purpose counts.
--   purpose  a purpose of consent_purposes
--   granted  true if granted, false if refused or withdrawn
--   version  version of the text that was shown, up to 50 characters
-- Returns the row of consents.
-- Raises 22023 for a parameter that is missing or too long, or an unknown purpose, 42501 without an account, kids_mode
-- while a kids profile acts.
-- Roles: authenticated.
-- Example: rpc/record_consent {"purpose": "marketing", "granted": true, "version": "2026-11"}
-- Example response: {"id": 1, "account_id": "5d3c…", "purpose": "marketing", "document_version": "2026-11",
-- "is_granted": true, "given_at": "2026-11-30T16:37:16.22+00:00"}
create or replace function public.record_consent(
    purpose text default null, granted boolean default null, version text default null
)
returns public.consents
language plpgsql set search_path = ''
as $$
declare
    v_consent public.consents;
begin
    perform private.check_account();
    perform private.check_consent(purpose, granted, version);
    insert into public.consents (purpose, document_version, is_granted)
    values (purpose, btrim(version), granted)
    returning * into v_consent;
    return v_consent;
end
$$;
comment on function public.record_consent(text, boolean, text) is
'Records that the caller granted, refused or withdrew a consent.';
revoke execute on function public.record_consent(text, boolean, text) from public, service_role;
grant execute on function public.record_consent(text, boolean, text) to authenticated;
