-- The rules of publication are for those who run the database.
alter table private.publication enable row level security;
revoke all on private.publication from anon, authenticated;
