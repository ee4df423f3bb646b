-- The schema of Supabase Realtime: same names, types, keys, signatures and grants, so that migrations that build
-- on it mean the same on hosted. Run once by supabase_admin, after the roles and the schema were created.

-- The server signs in as the owner, reads the write-ahead log, and checks policies as the user.
alter role supabase_realtime_admin login replication;
grant anon, authenticated, service_role to supabase_realtime_admin;

-- Hosted lets `postgres` write policies on these tables though it does not own them; without that extension it takes
-- the owner's rights.
grant supabase_realtime_admin to postgres;

grant usage on schema realtime to postgres, anon, authenticated, service_role;
grant usage, create on schema realtime to supabase_realtime_admin;

set role supabase_realtime_admin;

create table realtime.messages (
    topic text not null,
    extension text not null,
    payload jsonb,
    event text,
    private boolean default false,
    updated_at timestamp not null default now(),
    inserted_at timestamp not null default now(),
    id uuid not null default gen_random_uuid(),
    constraint messages_pkey primary key (id, inserted_at)
) partition by range (inserted_at);
create index messages_inserted_at_topic_index on realtime.messages (inserted_at desc, topic)
where extension = 'broadcast' and private is true;

-- A partition a day; the server creates future ones and drops those older than three days.
do $$
declare
    v_day date;
begin
    for v_day in select generate_series(current_date - 1, current_date + 3, '1 day') loop
        execute format(
            'create table realtime.%I partition of realtime.messages for values from (%L) to (%L)',
            to_char(v_day, '"messages_"YYYY_MM_DD'), v_day, v_day + 1
        );
    end loop;
end
$$;

alter table realtime.messages enable row level security;
grant all on realtime.messages to postgres;
grant select, insert, update on realtime.messages to anon, authenticated, service_role;

-- For policies: the topic that is joined or written to.

create function realtime.topic() returns text
language sql stable
as $$
  select nullif(current_setting('realtime.topic', true), '')
$$;

-- Send a message to all members of a topic, when the transaction commits. A message that cannot be written is
-- a warning and never the end of its sender's transaction.

create function realtime.send(payload jsonb, event text, topic text, private boolean default true) returns void
language plpgsql
as $$
declare
    v_id uuid := gen_random_uuid();
begin
    perform set_config('realtime.topic', topic, true);
    insert into realtime.messages (id, payload, event, topic, private, extension)
    values (
        v_id, case when payload ? 'id' then payload else jsonb_set(payload, '{id}', to_jsonb(v_id)) end,
        event, topic, private, 'broadcast'
    );
exception when others then
    raise warning 'ErrorSendingBroadcastMessage: %', sqlerrm;
end
$$;

-- For a row trigger: send the change to a private topic.

create function realtime.broadcast_changes(
    topic_name text,
    event_name text,
    operation text,
    table_name text,
    table_schema text,
    new record,
    old record,
    level text default 'ROW'
) returns void
language plpgsql
as $$
begin
    if level = 'STATEMENT' then
        raise exception 'function can only be triggered for each row, not for each statement';
    end if;
    if operation is null or operation not in ('INSERT', 'UPDATE', 'DELETE') then
        raise exception 'Unexpected operation type: %', operation;
    end if;
    perform realtime.send(
        jsonb_build_object(
            'old_record', old, 'record', new, 'operation', operation, 'table', table_name, 'schema', table_schema
        ),
        event_name,
        topic_name
    );
exception when others then
    raise exception 'Failed to process the row: %', sqlerrm;
end
$$;

revoke execute on all functions in schema realtime from public;
grant execute on function realtime.topic, realtime.send, realtime.broadcast_changes
to postgres, anon, authenticated, service_role, dashboard_user;

reset role;

-- What the server follows: its own messages, and the tables that migrations add to supabase_realtime.

create publication supabase_realtime_messages_publication for table realtime.messages
with (publish = 'insert', publish_via_partition_root = true);
alter publication supabase_realtime_messages_publication owner to supabase_realtime_admin;
create publication supabase_realtime;
alter publication supabase_realtime owner to postgres;
