-- Helper. Counts rows that a caller wrote, or refuses them: 413 too_many_rows for more than the limit of a window, 429
-- rate_limited with Retry-After for more than remain.
-- Rows are counted in steps of a sixtieth of the window. A step counts until all of it has left the window, so that no
-- window of that length exceeds the limit. A lock serialises a caller's writes: each waits until the previous one is
-- committed or rolled back, so concurrent writes get exactly the limit.
-- Called by definer functions only.
create or replace function private.take_row_slots(a_limit private.rate_limits, caller text, rows bigint) returns void
language plpgsql set search_path = ''
as $$
declare
    v_window interval := make_interval(secs => a_limit.window_seconds);
    v_step interval := make_interval(secs => greatest(1, a_limit.window_seconds / 60));
    v_now timestamptz;
    v_spent bigint;
    v_wait integer;
begin
    if rows = 0 then
        return;
    elsif rows > a_limit.requests then
        perform private.refuse(
            413, 'too_many_rows',
            format('%s rows are too many: %s may be written in %s s', rows, a_limit.requests, a_limit.window_seconds),
            'Send them in smaller pieces.'
        );
    end if;
    perform pg_advisory_xact_lock(hashtextextended('rows:' || caller, 0));
    v_now := clock_timestamp();
    select coalesce(sum(r.written), 0) into v_spent
    from private.rate_rows as r
    where r.caller = take_row_slots.caller and r.scope = a_limit.scope and r.written_at > v_now - v_window - v_step;
    if v_spent + rows > a_limit.requests then
        select greatest(1, ceil(date_part('epoch', min(s.written_at) + v_step + v_window - v_now))) into v_wait
        from (
            select r.written_at, v_spent - sum(r.written) over (order by r.written_at) as remaining
            from private.rate_rows as r
            where r.caller = take_row_slots.caller and r.scope = a_limit.scope and r.written_at > v_now - v_window - v_step
        ) as s
        where s.remaining + take_row_slots.rows <= a_limit.requests;
        perform private.refuse(
            429, 'rate_limited', format('Too many rows: try again in %s s', v_wait),
            headers => jsonb_build_object('Retry-After', v_wait::text)
        );
    end if;
    insert into private.rate_rows as r (caller, scope, written_at, written)
    values (take_row_slots.caller, a_limit.scope, date_bin(v_step, v_now, 'epoch'), take_row_slots.rows)
    on conflict on constraint rate_rows_pkey do update set written = r.written + excluded.written;
end
$$;
comment on function private.take_row_slots(private.rate_limits, text, bigint) is
'Count rows that a caller wrote, or refuse them.';
revoke execute on function private.take_row_slots(private.rate_limits, text, bigint) from public;
