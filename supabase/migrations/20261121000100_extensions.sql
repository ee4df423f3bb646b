-- Extensions in their own schema, the schema of helpers, and nothing executable by everyone.

set lock_timeout = '10s';

create extension if not exists vector with schema extensions;
create extension if not exists pg_trgm with schema extensions;
create extension if not exists unaccent with schema extensions;

create schema private;
comment on schema private is
'Helpers and security definer functions. Not exposed by the API; each function writes its own grants.';
grant usage on schema private to anon, authenticated, service_role, supabase_auth_admin;

-- The form without a schema is the one that works: it takes away PUBLIC's built-in right.
alter default privileges revoke execute on functions from public;
alter default privileges in schema public revoke all on tables from anon, authenticated;
alter default privileges in schema public revoke all on sequences from anon, authenticated;
alter default privileges in schema public revoke execute on functions from anon, authenticated;
