-- People: updated_at follows each change, and so do the search index and the name index of people.
create or replace trigger touch
before update on public.people
for each row execute function private.touch();

create or replace trigger index_updated
after update on public.people referencing new table as changed_rows
for each statement execute function private.index_changed('person_id');

create or replace trigger name_inserted
after insert on public.people referencing new table as changed_rows
for each statement execute function private.index_changed_people('id');

create or replace trigger name_updated
after update on public.people referencing new table as changed_rows
for each statement execute function private.index_changed_people('id');
