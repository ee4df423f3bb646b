-- Notifies the REST server of changes of the schema, as the event triggers of hosted do.
-- Run as supabase_admin in a new database.

create function extensions.pgrst_ddl_watch() returns event_trigger
language plpgsql
set search_path = ''
as $$
begin
    if exists (
        select from pg_catalog.pg_event_trigger_ddl_commands() as command
        where command.schema_name is distinct from 'pg_temp'
          and command.command_tag in (
              'CREATE SCHEMA', 'ALTER SCHEMA',
              'CREATE TABLE', 'CREATE TABLE AS', 'SELECT INTO', 'ALTER TABLE',
              'CREATE FOREIGN TABLE', 'ALTER FOREIGN TABLE',
              'CREATE VIEW', 'ALTER VIEW',
              'CREATE MATERIALIZED VIEW', 'ALTER MATERIALIZED VIEW',
              'CREATE FUNCTION', 'ALTER FUNCTION',
              'CREATE TRIGGER',
              'CREATE TYPE', 'ALTER TYPE',
              'CREATE RULE',
              'COMMENT',
              -- Not on hosted: PostgREST reads grants from the database, Postrust from its cached schema.
              'GRANT', 'REVOKE'
          )
    ) then
        notify pgrst, 'reload schema';
    end if;
end;
$$;

create function extensions.pgrst_drop_watch() returns event_trigger
language plpgsql
set search_path = ''
as $$
begin
    if exists (
        select from pg_catalog.pg_event_trigger_dropped_objects() as dropped
        where not dropped.is_temporary
          and dropped.object_type in (
              'schema', 'table', 'foreign table', 'view', 'materialized view',
              'function', 'trigger', 'type', 'rule'
          )
    ) then
        notify pgrst, 'reload schema';
    end if;
end;
$$;

create event trigger pgrst_ddl_watch on ddl_command_end execute function extensions.pgrst_ddl_watch();
create event trigger pgrst_drop_watch on sql_drop execute function extensions.pgrst_drop_watch();
