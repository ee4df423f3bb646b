-- Which sessions are in kids mode is read and written by functions alone.
alter table private.kids_sessions enable row level security;
revoke all on private.kids_sessions from anon, authenticated, service_role;
