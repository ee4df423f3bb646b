-- The first field of an event that is missing or wrong; null if it is right.
create or replace function private.fault_of_interaction(event jsonb) returns text
language sql stable set search_path = ''
as $$
    select case
        when jsonb_typeof(event) <> 'object' then 'object'
        when not coalesce(pg_input_is_valid(event ->> 'client_id', 'uuid'), false) then 'client_id'
        when not coalesce(pg_input_is_valid(event ->> 'item_id', 'uuid'), false) then 'item_id'
        when
            coalesce(event ->> 'type', '')
            not in ('view', 'click', 'share', 'save', 'like', 'dislike', 'complete', 'dismiss', 'undo') then 'type'
        when coalesce(jsonb_typeof(event -> 'metadata'), 'null') not in ('object', 'null')
            or length(event ->> 'metadata') > 2000
            or jsonb_path_exists(event -> 'metadata', 'strict $.**{9 to last}') then 'metadata'
        when not coalesce(pg_input_is_valid(event ->> 'occurred_at', 'timestamptz'), true) then 'occurred_at'
        when
            (event ->> 'occurred_at')::timestamptz
            not between now() - interval '30 days' and now() + interval '1 day' then 'occurred_at'
    end
$$;
comment on function private.fault_of_interaction(jsonb) is 'The first field of an event that is wrong.';
revoke execute on function private.fault_of_interaction(jsonb) from public;
