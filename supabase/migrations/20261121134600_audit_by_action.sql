-- The audit log is found by what was done.

set lock_timeout = '10s';

-- A partitioned table takes no other.
-- squawk-ignore require-concurrent-index-creation
create index audit_log_action on private.audit_log (action, id);
