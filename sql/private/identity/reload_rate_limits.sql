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
