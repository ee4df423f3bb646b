-- Counts and trends follow every event.
create or replace trigger count_inserted
after insert on public.interactions referencing new table as changed_rows
for each statement execute function private.count_interactions();

create or replace trigger trend_inserted
after insert on public.interactions referencing new table as changed_rows
for each statement execute function private.trend_interactions();
