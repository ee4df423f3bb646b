-- What an auth server needs to make its own tables, and `postgres` to build on them: as on a hosted Supabase, whatever
-- role the server comes as. Run by supabase_admin instead of local/auth/schema.sql.

grant create on database postgres to supabase_auth_admin;
grant all on schema auth to postgres, dashboard_user;
grant usage on schema auth to anon, authenticated, service_role;

alter default privileges for role supabase_auth_admin, supabase_admin in schema auth
grant all on tables to postgres, dashboard_user;
alter default privileges for role supabase_auth_admin, supabase_admin in schema auth
grant all on sequences to postgres, dashboard_user;
alter default privileges for role supabase_auth_admin, supabase_admin in schema auth
grant all on functions to postgres, dashboard_user;
