-- Helper. Returns the caller's country: Cloudflare's cf-ipcountry, which a client cannot set, else the account's
-- country; null if both are missing, and for the service. Never raises.
-- Definer: triggers call it for writers that may not read accounts.
create or replace function private.current_country() returns text
language sql stable security definer set search_path = ''
as $$
    select case
        when private.is_service() then null
        when r.header ~ '^[A-Z]{2}$' and r.header <> 'XX' then r.header
        else (select a.country from public.accounts as a where a.id = private.caller_id())
    end
    from (select private.request_header('cf-ipcountry') as header) as r
$$;
comment on function private.current_country() is 'The caller''s country; null if unknown.';
revoke execute on function private.current_country() from public;
grant execute on function private.current_country() to anon, authenticated, service_role;
