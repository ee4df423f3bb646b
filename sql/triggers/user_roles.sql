-- Roles: each change is written to the audit log.
create or replace trigger audit_role
after insert or delete on private.user_roles
for each row execute function private.audit_role();
