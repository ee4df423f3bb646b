-- Supabase Auth asks this before it signs an access token: the user's roles and tier go into app_metadata, in the place
-- of what may stand there; a suspended account gets no token. user_metadata of more than 4,000 bytes stays out: a token
-- that servers refuse for its length would lock its owner out.
-- Takes {user_id, claims, authentication_method}; returns the event with claims changed, or {error}.
-- Definer: the auth server's role may not read private tables.
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
comment on function private.custom_access_token_hook(jsonb) is 'Puts the user''s roles and tier into the access token.';
revoke execute on function private.custom_access_token_hook(jsonb) from public;
grant execute on function private.custom_access_token_hook(jsonb) to supabase_auth_admin;
