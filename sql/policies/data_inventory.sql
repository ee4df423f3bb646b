-- The record of what is kept is for those who run the database.
alter table private.data_inventory enable row level security;
revoke all on private.data_inventory from anon, authenticated;
