-- Helper. Returns premium if the token's app_metadata.tier says so, else free. Never raises.
create or replace function private.current_tier() returns text
language sql stable set search_path = ''
as $$
    select case
        when auth.jwt() #>> '{app_metadata,tier}' = 'premium' then 'premium'
        else 'free'
    end
$$;
comment on function private.current_tier() is 'The caller''s tier by the token: premium or free.';
revoke execute on function private.current_tier() from public;
grant execute on function private.current_tier() to anon, authenticated, service_role;
