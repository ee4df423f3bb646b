-- Functions, triggers and policies as sql/ has them.

set lock_timeout = '10s';
set check_function_bodies = off;

-- source: sql/private/identity/check_request.sql
-- What every request through the API must pass, before anything else is done for it: the REST server calls this
-- (pgrst.db_pre_request). One line a check; each refuses by raising.
create or replace function private.check_request() returns void
language plpgsql set search_path = ''
as $$
begin
    perform private.check_session();
    perform private.count_request();
end
$$;
comment on function private.check_request() is 'What every request through the API must pass.';
revoke execute on function private.check_request() from public;
grant execute on function private.check_request() to anon, authenticated, service_role;

-- source: sql/private/identity/count_request.sql
-- Counts a write of the caller's and refuses it when it is one too many: 429, rate_limited, with when to come back.
-- Reads pass: their transactions cannot write, so they are counted where they enter.
-- Every write takes a slot that nobody took within the window, and there are as many as the limit allows: so no window
-- of that length has more, and 64 at once get exactly the limit. No request waits for another: a slot that another one
-- is just taking is locked, and the next is tried. The lock ends with the transaction, when the slot can be seen; the
-- update looks at the slot as it is then. A transaction that is rolled back gives its slot back.
-- Definer: no role of the API may touch the limits and the slots; it counts nobody but its caller.
create or replace function private.count_request() returns void
language plpgsql security definer set search_path = ''
as $$
declare
    v_now timestamptz := clock_timestamp();
    v_address inet;
    v_caller text;
    v_limit private.rate_limits;
    v_window interval;
    v_taken integer[];
    v_oldest timestamptz;
    v_slot integer;
    v_wait integer;
    v_headers jsonb;
begin
    if current_setting('transaction_read_only')::boolean then
        return;
    end if;
    select l.* into v_limit
    from private.rate_limits as l
    where l.role = current_setting('role') and l.scope = 'write';
    if not found then
        return;
    end if;
    v_caller := case when v_limit.role <> 'anon' then private.caller_id()::text end;
    if v_caller is null then
        v_address := private.current_address();
        v_caller := coalesce(
            network(set_masklen(v_address, case family(v_address) when 4 then 32 else 64 end))::text, 'unknown'
        );
    end if;
    v_window := make_interval(secs => v_limit.window_seconds);
    select coalesce(array_agg(s.slot), '{}'), coalesce(min(s.taken_at), v_now) into v_taken, v_oldest
    from private.rate_slots as s
    where s.caller = v_caller and s.slot <= v_limit.requests and s.taken_at > v_now - v_window;
    v_wait := greatest(1, ceil(extract(epoch from v_oldest + v_window - v_now)));
    v_headers := jsonb_build_object(
        'X-RateLimit-Limit', v_limit.requests::text,
        'X-RateLimit-Remaining', greatest(0, v_limit.requests - cardinality(v_taken) - 1)::text,
        'X-RateLimit-Reset', v_wait::text
    );

    for v_slot in
        select n from generate_series(1, v_limit.requests) as n where n <> all (v_taken)
    loop
        if pg_try_advisory_xact_lock(hashtextextended(v_caller, v_slot)) then
            insert into private.rate_slots as s (caller, slot, taken_at)
            values (v_caller, v_slot, v_now)
            on conflict (caller, slot) do update set taken_at = excluded.taken_at
            where s.taken_at <= v_now - v_window;
            if found then
                perform set_config(
                    'response.headers',
                    (
                        select jsonb_agg(jsonb_build_object(h.key, h.value))::text
                        from jsonb_each(v_headers) as h
                    ),
                    true
                );
                return;
            end if;
        end if;
    end loop;

    perform private.refuse(
        429, 'rate_limited', format('Too many requests: try again in %s s', v_wait),
        headers => v_headers || jsonb_build_object('X-RateLimit-Remaining', '0', 'Retry-After', v_wait::text)
    );
end
$$;
comment on function private.count_request() is 'Count a write of the caller''s, or refuse it: 429.';
revoke execute on function private.count_request() from public;
grant execute on function private.count_request() to anon, authenticated, service_role;

-- source: sql/private/identity/forget_rate_slots.sql
-- Deletes the slots that no limit's window reaches: those older than an hour. Run every hour, by the upkeep worker.
create or replace function private.forget_rate_slots() returns void
language sql set search_path = ''
as $$
    delete from private.rate_slots where taken_at < now() - interval '1 hour'
$$;
comment on function private.forget_rate_slots() is 'Delete the slots of rate limits that are older than an hour.';
revoke execute on function private.forget_rate_slots() from public;

-- source: sql/private/identity/reload_rate_limits.sql
-- Trigger of rate_limits: the REST server that counts reads hears of a change.
create or replace function private.reload_rate_limits() returns trigger
language plpgsql set search_path = ''
as $$
begin
    perform pg_notify('pgrst', 'reload config');
    return null;
end
$$;
comment on function private.reload_rate_limits() is 'Tell the REST server that limits changed.';
revoke execute on function private.reload_rate_limits() from public;

-- source: sql/triggers/rate_limits.sql
-- A changed limit holds at once.
create or replace trigger reload
after insert or update or delete or truncate on private.rate_limits
for each statement execute function private.reload_rate_limits();

-- source: sql/access/rate_limits.sql
-- Limits are for those who run the database. The REST server of the embedded stack, which counts reads, reads them as
-- the role it signs in as; private.count_request as its owner.
alter table private.rate_limits enable row level security;
revoke all on private.rate_limits from anon, authenticated;
grant usage on schema private to authenticator;
grant select on private.rate_limits to authenticator;
grant all on private.rate_limits to service_role;

drop policy if exists rate_limits_select_authenticator on private.rate_limits;
create policy rate_limits_select_authenticator on private.rate_limits
for select to authenticator
using (true);
comment on policy rate_limits_select_authenticator on private.rate_limits is
'Who lets requests in reads how many may enter.';
