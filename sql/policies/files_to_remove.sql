-- Which files are to be deleted is read and written by functions and workers alone.
alter table private.files_to_remove enable row level security;
revoke all on private.files_to_remove from anon, authenticated, service_role;
