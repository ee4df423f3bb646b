-- What a realtime server needs to make its own tables; it connects as supabase_admin. `_realtime` is for its tenants.

create schema if not exists _realtime authorization supabase_admin;
grant all on schema realtime to postgres;

alter default privileges for role supabase_admin in schema realtime grant all on tables to postgres, dashboard_user;
alter default privileges for role supabase_admin in schema realtime grant all on sequences to postgres, dashboard_user;
alter default privileges for role supabase_admin in schema realtime grant all on functions to postgres, dashboard_user;
