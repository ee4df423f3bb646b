-- What waits for publication is for the triggers and the job.
alter table private.pending_changes enable row level security;
revoke all on private.pending_changes from anon, authenticated;
