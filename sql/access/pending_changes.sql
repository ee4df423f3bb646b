-- Only triggers and the publishing job use pending changes.
alter table private.pending_changes enable row level security;
revoke all on private.pending_changes from anon, authenticated;
