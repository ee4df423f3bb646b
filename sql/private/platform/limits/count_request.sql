-- Helper. Counts a write request of the caller and raises 429 rate_limited, with Retry-After, when its limit is
-- reached. It adds the X-RateLimit headers to the response. Reads are skipped: their transactions are read-only, so the
-- REST server counts them. A failed request is rolled back with its slot; the REST server counts those too.
-- Headers are built with format because it is fast, and this runs before every write.
-- Definer: no API role has privileges on limits and slots; it only counts its caller.
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
comment on function private.count_request() is 'Count a write request of the caller, or refuse it with 429.';
revoke execute on function private.count_request() from public;
grant execute on function private.count_request() to anon, authenticated, service_role;
