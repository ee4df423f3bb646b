-- Interactions: rows that clients write are counted against limits and the account's quota; changes are noted for
-- published figures.
create or replace trigger hold_rows
before insert on public.interactions
for each statement execute function private.hold_rows();

create or replace trigger admit_inserted
after insert on public.interactions referencing new table as changed_rows
for each statement execute function private.count_rows();

create or replace trigger note_inserted
after insert on public.interactions referencing new table as new_rows
for each statement execute function private.note_interactions();

create or replace trigger limit_interactions
after insert on public.interactions referencing new table as changed_rows
for each statement execute function private.limit_interactions();
