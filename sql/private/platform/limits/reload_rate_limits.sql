-- Trigger. Notifies the REST server, which counts reads, that rate limits changed.
create or replace function private.reload_rate_limits() returns trigger
language plpgsql set search_path = ''
as $$
begin
    perform pg_notify('pgrst', 'reload config');
    return null;
end
$$;
comment on function private.reload_rate_limits() is 'Trigger. Makes the REST server reload the rate limits.';
revoke execute on function private.reload_rate_limits() from public;
