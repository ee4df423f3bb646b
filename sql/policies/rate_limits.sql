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
