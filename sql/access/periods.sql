-- Only operators of the database read and change periods.
alter table private.periods enable row level security;
revoke all on private.periods from anon, authenticated;
