-- Only functions read and write PINs.
alter table private.account_pins enable row level security;
revoke all on private.account_pins from anon, authenticated, service_role;
