-- What a storage server needs to make its own tables, and `postgres` to write policies on them: as on a hosted
-- Supabase, whatever role the server comes as. Run by supabase_admin instead of local/storage/schema.sql.

grant create on database postgres to supabase_storage_admin;
grant supabase_storage_admin to postgres;
grant usage on schema storage to postgres, anon, authenticated, service_role;

alter default privileges for role supabase_storage_admin, supabase_admin, postgres in schema storage
grant all on tables to postgres, anon, authenticated, service_role;
alter default privileges for role supabase_storage_admin, supabase_admin, postgres in schema storage
grant all on sequences to postgres, anon, authenticated, service_role;
alter default privileges for role supabase_storage_admin, supabase_admin, postgres in schema storage
grant all on functions to postgres, anon, authenticated, service_role;
