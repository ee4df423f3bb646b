-- Only operators of the database use rate limits. Exceptions: private.count_request reads them as their owner, and the
-- REST server of the embedded stack, which counts reads, as authenticator, the role it connects with.
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
'The REST server of the embedded stack reads the limits of the requests it counts.';
