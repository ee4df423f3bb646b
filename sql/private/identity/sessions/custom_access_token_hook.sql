-- Hook. Supabase Auth calls it before it signs an access token. It sets the user's roles and tier in app_metadata,
-- replacing any that are there; a suspended account gets no token. user_metadata of more than 4,000 bytes is replaced
-- by {}: servers would refuse a token of that length, and its owner could not sign in.
-- Takes {user_id, claims, authentication_method}; returns the event with changed claims, or {error}.
-- Definer: the role of Auth may not read private tables.
create or replace function private.custom_access_token_hook(event jsonb) returns jsonb
language sql stable security definer set search_path = ''
as $$
    select case
        when a.status = 'suspended' then
            '{"error": {"http_code": 403, "message": "This account is suspended."}}'
        else jsonb_set(
            case
                when octet_length(event #>> '{claims,user_metadata}') > 4000
                then jsonb_set(event, '{claims,user_metadata}', '{}')
                else event
            end,
            '{claims,app_metadata}',
            coalesce(event #> '{claims,app_metadata}', '{}')
            || jsonb_build_object('roles', private.roles_of(u.id), 'tier', private.tier_of(u.id))
        )
    end
    from (select (event ->> 'user_id')::uuid as id) as u
    left join public.accounts as a on a.id = u.id
$$;
comment on function private.custom_access_token_hook(jsonb) is
'Hook. Adds the user''s roles and tier to the access token.';
revoke execute on function private.custom_access_token_hook(jsonb) from public;
grant execute on function private.custom_access_token_hook(jsonb) to supabase_auth_admin;
