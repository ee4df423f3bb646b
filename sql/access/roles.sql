-- Clients do not read roles; the service does; migrations alone change its rows.
alter table private.roles enable row level security;
revoke all on private.roles from anon, authenticated, service_role;
grant select on private.roles to service_role;
