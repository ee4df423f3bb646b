-- Helper. Returns the key by which requests without a user are counted: the IPv4 address, or the /64 network of an IPv6
-- address because one customer owns all of it; unknown without an address. Never raises.
create or replace function private.current_network() returns text
language sql stable set search_path = ''
as $$
    select coalesce(network(set_masklen(a.address, case family(a.address) when 4 then 32 else 64 end))::text, 'unknown')
    from (select private.current_address()::inet as address) as a
$$;
comment on function private.current_network() is 'The network of the request; the text unknown without an address.';
revoke execute on function private.current_network() from public;
