-- Supabase Auth asks this before it signs an access token: the user's roles go into app_metadata.
-- Takes {user_id, claims, authentication_method}; returns the event with claims changed.
-- Definer: the auth server's role may not read private tables.
create or replace function private.custom_access_token_hook(event jsonb) returns jsonb
language sql stable security definer set search_path = ''
as $$
    select jsonb_set(
        event,
        '{claims,app_metadata}',
        coalesce(event #> '{claims,app_metadata}', '{}') || jsonb_build_object('roles', coalesce(
            (
                select jsonb_agg(r.role order by r.role)
                from private.user_roles as r
                where r.user_id = (event ->> 'user_id')::uuid
            ),
            '[]'
        ))
    )
$$;
comment on function private.custom_access_token_hook(jsonb) is 'Puts the user''s roles into the access token.';
revoke execute on function private.custom_access_token_hook(jsonb) from public;
grant execute on function private.custom_access_token_hook(jsonb) to supabase_auth_admin;
