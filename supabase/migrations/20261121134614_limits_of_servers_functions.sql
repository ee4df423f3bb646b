-- Functions, triggers and policies as sql/ has them.

set lock_timeout = '10s';
set check_function_bodies = off;

-- source: sql/private/identity/count_entry.sql
-- Count a request that Auth or Storage is asked, for them: each call is a transaction of its own, so that what fails
-- counts too.
--   role    as in private.rate_limits: anon for whoever is not signed in
--   scope   what is asked: storage, sign_in, password, anonymous, refresh
--   caller  the user, the network, or for password the address of mail, which is kept as a digest
-- Returns null where nothing limits it.
-- Definer: the servers' roles may not touch limits and slots. They alone may call it, and say whom they count.
create or replace function private.admit_request(role text, scope text, caller text) returns private.admission
language plpgsql security definer set search_path = ''
as $$
declare
    v_limit private.rate_limits;
begin
    select l.* into v_limit
    from private.rate_limits as l
    where l.role = count_entry.role and l.scope = count_entry.scope;
    if not found then
        return null;
    end if;
    return private.take_rate_slot(
        v_limit,
        case v_limit.scope
            when 'password' then encode(sha256(convert_to(lower(count_entry.caller), 'UTF8')), 'hex')
            else count_entry.caller
        end
    );
end
$$;
comment on function private.admit_request(text, text, text) is 'Count a request that Auth or Storage is asked.';
revoke execute on function private.admit_request(text, text, text) from public;
grant execute on function private.admit_request(text, text, text) to supabase_auth_admin, supabase_storage_admin;

-- source: sql/private/identity/count_request.sql
-- Counts a write of the caller's and refuses it when it is one too many: 429, rate_limited, with when to come back.
-- Reads pass: their transactions cannot write, so they are counted where they enter. What fails is rolled back, and its
-- slot with it: the REST server counts those.
-- Texts are put together by format: this is run before every write.
-- Definer: no role of the API may touch the limits and the slots; it counts nobody but its caller.
create or replace function private.count_request() returns void
language plpgsql security definer set search_path = ''
as $$
declare
    v_limit private.rate_limits;
    v_caller text;
    v_entry private.admission;
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
    if v_limit.role <> 'anon' then
        v_caller := nullif(current_setting('request.jwt.claims', true), '')::json ->> 'sub';
    end if;
    v_entry := private.take_rate_slot(v_limit, coalesce(v_caller, private.current_network()));
    if v_entry.admitted then
        perform set_config(
            'response.headers',
            format(
                '[{"X-RateLimit-Limit": "%s"}, {"X-RateLimit-Remaining": "%s"}, {"X-RateLimit-Reset": "%s"}]',
                v_entry.requests, v_entry.remaining, v_entry.wait
            ),
            true
        );
        return;
    end if;
    perform private.refuse(
        429, 'rate_limited', format('Too many requests: try again in %s s', v_entry.wait),
        headers => jsonb_build_object(
            'X-RateLimit-Limit', v_entry.requests::text,
            'X-RateLimit-Remaining', '0',
            'X-RateLimit-Reset', v_entry.wait::text,
            'Retry-After', v_entry.wait::text
        )
    );
end
$$;
comment on function private.count_request() is 'Count a write of the caller''s, or refuse it: 429.';
revoke execute on function private.count_request() from public;
grant execute on function private.count_request() to anon, authenticated, service_role;

-- source: sql/private/identity/current_network.sql
-- Whom a request without a user counts for: its network address, of an IPv6 address the network, since one customer has
-- a whole one; the text unknown where nothing tells it. Never raises.
create or replace function private.current_network() returns text
language sql stable set search_path = ''
as $$
    select coalesce(network(set_masklen(a.address, case family(a.address) when 4 then 32 else 64 end))::text, 'unknown')
    from (select private.current_address()::inet as address) as a
$$;
comment on function private.current_network() is 'The network a request comes from; unknown where nothing tells it.';
revoke execute on function private.current_network() from public;

-- source: sql/private/identity/password_attempt_hook.sql
-- Auth's hook for tries of a password: counts them by account, as the embedded Auth does by itself, and rejects those
-- that are too many, right or wrong. Auth calls it in a transaction of its own: what is rejected counts.
--   event  user_id, valid
-- Returns decision continue, or reject with a message.
create or replace function private.password_attempt_hook(event jsonb) returns jsonb
language plpgsql set search_path = ''
as $$
declare
    v_account text := (select u.email from auth.users as u where u.id = (event ->> 'user_id')::uuid);
    v_entry private.admission := private.admit_request('anon', 'password', coalesce(v_account, event ->> 'user_id'));
begin
    if v_entry.admitted is false then
        return jsonb_build_object(
            'decision', 'reject', 'message', format('Too many tries: try again in %s s', v_entry.wait)
        );
    end if;
    return jsonb_build_object('decision', 'continue');
end
$$;
comment on function private.password_attempt_hook(jsonb) is 'Reject tries of a password that are too many, by account.';
revoke execute on function private.password_attempt_hook(jsonb) from public;
grant execute on function private.password_attempt_hook(jsonb) to supabase_auth_admin;

-- source: sql/private/identity/take_slot.sql
-- Take one of a caller's slots for a request, or tell in how many seconds there is one.
-- Every request takes a slot that nobody took within the window, and there are as many as the limit allows: so no
-- window of that length has more, and 64 at once get exactly the limit. No request waits for another: a slot that
-- another one is just taking is locked, and the next is tried. The lock ends with the transaction, when the slot can be
-- seen; the insert looks at the slot as it is then. A transaction that is rolled back gives its slot back.
-- For definer functions only.
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
comment on function private.take_rate_slot(private.rate_limits, text) is 'Take one of a caller''s slots, if there is one.';
revoke execute on function private.take_rate_slot(private.rate_limits, text) from public;
