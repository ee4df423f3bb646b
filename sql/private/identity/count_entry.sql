-- Count a request that Auth or Storage is asked, for them: each call is a transaction of its own, so that what fails
-- counts too.
--   role    as in private.rate_limits: anon for whoever is not signed in
--   scope   what is asked: storage, sign_in, password, anonymous, refresh
--   caller  the user, the network, or for password the address of mail, which is kept as a digest
-- Returns null where nothing limits it.
-- Definer: the servers' roles may not touch limits and slots. They alone may call it, and say whom they count.
create or replace function private.count_entry(role text, scope text, caller text) returns private.admission
language plpgsql security definer set search_path = ''
as $$
declare
    v_limit private.rate_limits;
begin
    select l.* into v_limit
    from private.rate_limits as l
    where l.role = count_entry.role and l.scope = count_entry.scope;
    if not found then
        return null;
    end if;
    return private.take_slot(
        v_limit,
        case v_limit.scope
            when 'password' then encode(sha256(convert_to(lower(count_entry.caller), 'UTF8')), 'hex')
            else count_entry.caller
        end
    );
end
$$;
comment on function private.count_entry(text, text, text) is 'Count a request that Auth or Storage is asked.';
revoke execute on function private.count_entry(text, text, text) from public;
grant execute on function private.count_entry(text, text, text) to supabase_auth_admin, supabase_storage_admin;
