-- Definer functions and the worker read the shares; no client needs them.
alter table private.feature_shares enable row level security;
revoke all on private.feature_shares from anon, authenticated;
grant all on private.feature_shares to service_role;
