-- Helper. Counts a request to Auth or Storage against its rate limit. The server calls it in a transaction of its own,
-- so that requests that fail later are counted as well.
--   role    as in private.rate_limits: anon for a caller who is not signed in
--   scope   the kind of request: storage, sign_in, password, anonymous, refresh
--   caller  the user id or the network; for password the e-mail address, of which only a SHA-256 digest is stored
-- Returns whether the request is admitted; null if no limit applies.
-- Definer: the servers' roles have no privileges on limits and slots. Only they may execute it, because it trusts
-- `caller`.
create or replace function private.admit_request(role text, scope text, caller text) returns private.admission
language plpgsql security definer set search_path = ''
as $$
declare
    v_limit private.rate_limits;
begin
    select l.* into v_limit
    from private.rate_limits as l
    where l.role = admit_request.role and l.scope = admit_request.scope;
    if not found then
        return null;
    end if;
    return private.take_rate_slot(
        v_limit,
        case v_limit.scope
            when 'password' then encode(sha256(convert_to(lower(admit_request.caller), 'UTF8')), 'hex')
            else admit_request.caller
        end
    );
end
$$;
comment on function private.admit_request(text, text, text) is
'Count a request to Auth or Storage against its rate limit.';
revoke execute on function private.admit_request(text, text, text) from public;
grant execute on function private.admit_request(text, text, text) to supabase_auth_admin, supabase_storage_admin;
