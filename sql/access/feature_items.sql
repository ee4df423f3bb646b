-- Definer functions and the worker read these; no client needs them.
alter table private.feature_items enable row level security;
revoke all on private.feature_items from anon, authenticated;
grant all on private.feature_items to service_role;
