-- The audit log is append-only. private.make_partitions adds the truncate trigger to each new partition.
create or replace trigger append_only
before update or delete on private.audit_log
for each row execute function private.refuse_change();

create or replace trigger append_only_whole
before truncate on private.audit_log
for each statement execute function private.refuse_change();

create or replace trigger append_only_whole
before truncate on private.audit_log_default
for each statement execute function private.refuse_change();
