-- Sessions in kids mode: the age rule that a transaction keeps is computed again after a change.
create or replace trigger forget_age_rule
after insert or update or delete on private.kids_sessions
for each statement execute function private.reset_age_rule();
