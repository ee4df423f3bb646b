-- Only operators of the database read the inventory.
alter table private.data_inventory enable row level security;
revoke all on private.data_inventory from anon, authenticated;
