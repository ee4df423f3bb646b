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
