-- Check a list of events and write those that are new, for the acting profile's rater only. Raises 22023 for the
-- first bad event, naming it; 42501 for a caller without a profile.
-- Events that occur at one time, as those of one call may, count in the order of the list: by received_at.
-- Definer: events are written through here alone, so that each lands in its month.
create or replace function private.store_interactions(events jsonb) returns integer
language plpgsql security definer set search_path = ''
as $$
declare
    v_rater uuid := private.current_rater_id();
    v_country text := private.current_country();
    v_now timestamptz := clock_timestamp();
    v_bad record;
    v_stored integer;
begin
    if v_rater is null then
        raise exception 'sign in to record interactions' using errcode = '42501';
    end if;
    select e.place - 1 as place, private.fault_of_interaction(e.event) as field into v_bad
    from jsonb_array_elements(events) with ordinality as e (event, place)
    where private.fault_of_interaction(e.event) is not null
    order by e.place
    limit 1;
    if found then
        raise exception 'event % has a bad %', v_bad.place, v_bad.field
            using errcode = '22023', detail = jsonb_build_object('field', v_bad.field, 'event', v_bad.place)::text,
            hint = 'See the parameters of record_interactions.';
    end if;
    insert into public.interactions
        (rater_id, client_id, month, item_id, type, metadata, occurred_at, received_at, country)
    select
        v_rater,
        e.client_id,
        date_trunc('month', coalesce(e.occurred_at, v_now) at time zone 'UTC')::date,
        e.item_id,
        e.type,
        coalesce(e.metadata, '{}'),
        coalesce(e.occurred_at, v_now),
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
comment on function private.store_interactions(jsonb) is 'Check events and write those that are new.';
revoke execute on function private.store_interactions(jsonb) from public;
grant execute on function private.store_interactions(jsonb) to authenticated, service_role;
