-- Exact counts would reveal single ratings: only the service and definer functions that return none of them read these.
alter table private.item_counts enable row level security;
revoke all on private.item_counts from anon, authenticated;
grant all on private.item_counts to service_role;
