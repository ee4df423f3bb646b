-- Translated titles and overviews: the search index follows.
create or replace trigger index_inserted
after insert on public.content_translations referencing new table as changed_rows
for each statement execute function private.index_changed('content_id');

create or replace trigger index_updated_from
after update on public.content_translations referencing old table as changed_rows
for each statement execute function private.index_changed('content_id');

create or replace trigger index_updated_to
after update on public.content_translations referencing new table as changed_rows
for each statement execute function private.index_changed('content_id');

create or replace trigger index_deleted
after delete on public.content_translations referencing old table as changed_rows
for each statement execute function private.index_changed('content_id');
