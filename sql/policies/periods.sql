-- Periods are for those who run the database.
alter table private.periods enable row level security;
revoke all on private.periods from anon, authenticated;
