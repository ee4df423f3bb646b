-- Credits: the search index and the name index of people follow.
create or replace trigger index_inserted
after insert on public.credits referencing new table as changed_rows
for each statement execute function private.index_changed('item_id');

create or replace trigger index_updated_from
after update on public.credits referencing old table as changed_rows
for each statement execute function private.index_changed('item_id');

create or replace trigger index_updated_to
after update on public.credits referencing new table as changed_rows
for each statement execute function private.index_changed('item_id');

create or replace trigger index_deleted
after delete on public.credits referencing old table as changed_rows
for each statement execute function private.index_changed('item_id');

create or replace trigger name_inserted
after insert on public.credits referencing new table as changed_rows
for each statement execute function private.index_changed_people('person_id');

create or replace trigger name_deleted
after delete on public.credits referencing old table as changed_rows
for each statement execute function private.index_changed_people('person_id');
