-- Only functions and workers read and write files to remove.
alter table private.files_to_remove enable row level security;
revoke all on private.files_to_remove from anon, authenticated, service_role;
