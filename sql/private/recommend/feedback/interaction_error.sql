-- Helper. Returns the name of the first field of an event that is missing or invalid; null for a valid event.
-- occurred_at must be an ISO 8601 timestamp with seconds and a time zone, such as 2026-11-30T13:45:00Z, within the last
-- 30 days; one minute ahead is allowed for a client whose clock is fast. Words such as "yesterday" or "infinity", which
-- Postgres would accept, are invalid.
create or replace function private.interaction_error(event jsonb) returns text
language sql stable set search_path = ''
as $$
    select case
        when jsonb_typeof(event) <> 'object' then 'object'
        when not coalesce(pg_input_is_valid(event ->> 'client_id', 'uuid'), false) then 'client_id'
        when not coalesce(pg_input_is_valid(event ->> 'item_id', 'uuid'), false) then 'item_id'
        when not exists (select from public.interaction_types as t where t.name = event ->> 'type') then 'type'
        when coalesce(jsonb_typeof(event -> 'metadata'), 'null') not in ('object', 'null')
            or length(event ->> 'metadata') > 2000
            or jsonb_path_exists(event -> 'metadata', 'strict $.**{9 to last}') then 'metadata'
        when event ->> 'occurred_at' is null then null
        when
            event ->> 'occurred_at'
            !~ '^[0-9]{4}-[0-9]{2}-[0-9]{2}T[0-9]{2}:[0-9]{2}:[0-9]{2}(\.[0-9]{1,9})?(Z|[+-][0-9]{2}:?[0-9]{2})$'
            or not pg_input_is_valid(event ->> 'occurred_at', 'timestamptz') then 'occurred_at'
        when
            (event ->> 'occurred_at')::timestamptz
            not between now() - interval '30 days' and now() + interval '1 minute' then 'occurred_at'
    end
$$;
comment on function private.interaction_error(jsonb) is
'Returns the first field of an event that is missing or invalid.';
revoke execute on function private.interaction_error(jsonb) from public;
