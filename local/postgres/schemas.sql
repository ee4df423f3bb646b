-- The platform's schemas. Run as supabase_admin in a new database.

create schema extensions;
grant usage on schema extensions to anon, authenticated, service_role, dashboard_user;
grant all on schema extensions to postgres;

create schema auth authorization supabase_auth_admin;
create schema storage authorization supabase_storage_admin;
create schema realtime authorization supabase_admin;
grant usage on schema storage, realtime to postgres, anon, authenticated, service_role;

create schema supabase_migrations authorization postgres;
create table supabase_migrations.schema_migrations (
    version text primary key,
    statements text [],
    name text
);
alter table supabase_migrations.schema_migrations owner to postgres;

grant usage on schema public to anon, authenticated, service_role;
-- What a hosted project's `postgres` gives away with all that it makes, until a migration takes it back.
alter default privileges for role postgres in schema public
grant all on tables to postgres, anon, authenticated, service_role;
alter default privileges for role postgres in schema public
grant all on functions to postgres, anon, authenticated, service_role;
alter default privileges for role postgres in schema public
grant all on sequences to postgres, anon, authenticated, service_role;
grant all on schema public to postgres;
