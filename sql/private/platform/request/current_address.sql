-- Helper. Returns the IP address of the request: Cloudflare's cf-connecting-ip, which a client cannot set, else the
-- last hop of x-forwarded-for, which the gateway wrote; null if neither is an address. Never raises.
create or replace function private.current_address() returns text
language sql stable set search_path = ''
as $$
    select host(a.address::inet)
    from (
        values
        (1, btrim(private.request_header('cf-connecting-ip'))),
        (2, btrim(split_part(private.request_header('x-forwarded-for'), ',', -1)))
    ) as a (place, address)
    where pg_input_is_valid(a.address, 'inet')
    order by a.place
    limit 1
$$;
comment on function private.current_address() is 'The IP address of the request; null if unknown.';
revoke execute on function private.current_address() from public;
grant execute on function private.current_address() to anon, authenticated, service_role;
