-- Helper. Validates an array of events and stores the new ones for the acting profile's rater. Raises 22023 for invalid
-- events, naming each with its first invalid field; 42501 for a caller without a profile. A time that is up to a minute
-- ahead is stored as now. Events of the same time, such as those of one call, count in the order of the array:
-- received_at increases with it.
-- Definer: events are inserted through this function alone, so that each gets its month's partition.
create or replace function private.store_interactions(events jsonb) returns integer
language plpgsql security definer set search_path = ''
as $$
declare
    v_rater uuid := private.current_rater_id();
    v_country text := private.current_country();
    v_now timestamptz := clock_timestamp();
    v_faults jsonb;
    v_stored integer;
begin
    if v_rater is null then
        raise exception 'sign in to record interactions' using errcode = '42501';
    end if;
    select jsonb_agg(jsonb_build_object('event', f.place - 1, 'field', f.field) order by f.place) into v_faults
    from (
        select e.place, private.interaction_error(e.event) as field
        from jsonb_array_elements(events) with ordinality as e (event, place)
    ) as f
    where f.field is not null;
    if v_faults is not null then
        raise exception 'event % has a bad %', v_faults -> 0 ->> 'event', v_faults -> 0 ->> 'field'
            using errcode = '22023', detail = ((v_faults -> 0) || jsonb_build_object('faults', v_faults))::text,
            hint = 'See the parameters of record_interactions.';
    end if;
    insert into public.interactions
        (rater_id, client_id, month, item_id, type, metadata, occurred_at, received_at, country)
    select
        v_rater,
        e.client_id,
        date_trunc('month', least(coalesce(e.occurred_at, v_now), v_now) at time zone 'UTC')::date,
        e.item_id,
        e.type,
        coalesce(e.metadata, '{}'),
        least(coalesce(e.occurred_at, v_now), v_now),
        v_now + e.place * interval '1 microsecond',
        v_country
    from rows from (
        jsonb_to_recordset(events) as (
            client_id uuid, item_id uuid, type text, metadata jsonb, occurred_at timestamptz
        )
    ) with ordinality as e (client_id, item_id, type, metadata, occurred_at, place)
    order by e.client_id
    on conflict do nothing;
    get diagnostics v_stored = row_count;
    return v_stored;
end
$$;
comment on function private.store_interactions(jsonb) is 'Validates events and stores the new ones.';
revoke execute on function private.store_interactions(jsonb) from public;
grant execute on function private.store_interactions(jsonb) to authenticated, service_role;
