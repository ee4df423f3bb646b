-- Helper. Takes one of a caller's slots for a request. Returns whether it is admitted, the limit, the remaining
-- requests, and the seconds until the next slot is free.
-- A caller has as many slots as the limit allows requests, and a slot is free again one window after it was taken: no
-- window of that length exceeds the limit, and concurrent requests get exactly the limit. A request never waits for
-- another: a slot that another transaction is taking is locked by an advisory lock, and the next one is tried. The lock
-- lasts until the transaction ends and the slot is visible; the insert checks the slot's latest version. A rollback
-- frees the slot.
-- Called by definer functions only.
create or replace function private.take_rate_slot(a_limit private.rate_limits, caller text) returns private.admission
language plpgsql set search_path = ''
as $$
#variable_conflict use_variable
declare
    v_now timestamptz := clock_timestamp();
    v_free_before timestamptz := v_now - make_interval(secs => a_limit.window_seconds);
    v_taken integer[];
    v_oldest timestamptz;
    v_wait integer;
begin
    select array_agg(s.slot), min(s.taken_at) into v_taken, v_oldest
    from private.rate_slots as s
    where s.caller = take_rate_slot.caller and s.scope = a_limit.scope
        and s.slot <= a_limit.requests and s.taken_at > v_free_before;
    v_taken := coalesce(v_taken, '{}');
    v_wait := greatest(1, ceil(date_part('epoch', coalesce(v_oldest, v_now) - v_free_before)));

    for v_slot in 1 .. a_limit.requests loop
        continue when v_slot = any (v_taken);
        if pg_try_advisory_xact_lock(hashtextextended(a_limit.scope || caller, v_slot)) then
            insert into private.rate_slots as s (caller, scope, slot, taken_at)
            values (caller, a_limit.scope, v_slot, v_now)
            on conflict on constraint rate_slots_pkey do update set taken_at = excluded.taken_at
            where s.taken_at <= v_free_before;
            if found then
                return (true, a_limit.requests, a_limit.requests - cardinality(v_taken) - 1, v_wait);
            end if;
        end if;
    end loop;
    return (false, a_limit.requests, 0, v_wait);
end
$$;
comment on function private.take_rate_slot(private.rate_limits, text) is
'Take one of a caller''s slots, if one is free.';
revoke execute on function private.take_rate_slot(private.rate_limits, text) from public;
