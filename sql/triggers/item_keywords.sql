-- Keywords of items: the search index follows.
create or replace trigger index_inserted
after insert on public.item_keywords referencing new table as changed_rows
for each statement execute function private.index_changed('item_id');

create or replace trigger index_updated_from
after update on public.item_keywords referencing old table as changed_rows
for each statement execute function private.index_changed('item_id');

create or replace trigger index_updated_to
after update on public.item_keywords referencing new table as changed_rows
for each statement execute function private.index_changed('item_id');

create or replace trigger index_deleted
after delete on public.item_keywords referencing old table as changed_rows
for each statement execute function private.index_changed('item_id');
