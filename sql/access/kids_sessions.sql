-- Only functions read and write which sessions are in kids mode.
alter table private.kids_sessions enable row level security;
revoke all on private.kids_sessions from anon, authenticated, service_role;
