-- Only operators of the database read and change the rules of publication.
alter table private.publication enable row level security;
revoke all on private.publication from anon, authenticated;
