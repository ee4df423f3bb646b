-- Take one of a caller's slots for a request, or tell in how many seconds there is one.
-- Every request takes a slot that nobody took within the window, and there are as many as the limit allows: so no
-- window of that length has more, and 64 at once get exactly the limit. No request waits for another: a slot that
-- another one is just taking is locked, and the next is tried. The lock ends with the transaction, when the slot can be
-- seen; the insert looks at the slot as it is then. A transaction that is rolled back gives its slot back.
-- For definer functions only.
create or replace function private.take_slot(a_limit private.rate_limits, caller text) returns private.admission
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
    where s.caller = take_slot.caller and s.scope = a_limit.scope
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
comment on function private.take_slot(private.rate_limits, text) is 'Take one of a caller''s slots, if there is one.';
revoke execute on function private.take_slot(private.rate_limits, text) from public;
