-- The REST server reloads the limits after a change.
create or replace trigger reload
after insert or update or delete or truncate on private.rate_limits
for each statement execute function private.reload_rate_limits();
