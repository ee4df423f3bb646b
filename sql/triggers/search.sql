-- Updates the search index when the catalogue changes.
create or replace trigger index_inserted
after insert on public.content referencing new table as changed_rows
for each statement execute function private.index_changed('id');

create or replace trigger index_updated
after update on public.content referencing new table as changed_rows
for each statement execute function private.index_changed('id');

create or replace trigger index_inserted
after insert on public.books referencing new table as changed_rows
for each statement execute function private.index_changed('id');

create or replace trigger index_updated
after update on public.books referencing new table as changed_rows
for each statement execute function private.index_changed('id');

create or replace trigger index_inserted
after insert on public.item_genres referencing new table as changed_rows
for each statement execute function private.index_changed('item_id');

create or replace trigger index_updated_from
after update on public.item_genres referencing old table as changed_rows
for each statement execute function private.index_changed('item_id');

create or replace trigger index_updated_to
after update on public.item_genres referencing new table as changed_rows
for each statement execute function private.index_changed('item_id');

create or replace trigger index_deleted
after delete on public.item_genres referencing old table as changed_rows
for each statement execute function private.index_changed('item_id');

create or replace trigger index_inserted
after insert on public.item_tags referencing new table as changed_rows
for each statement execute function private.index_changed('item_id');

create or replace trigger index_updated_from
after update on public.item_tags referencing old table as changed_rows
for each statement execute function private.index_changed('item_id');

create or replace trigger index_updated_to
after update on public.item_tags referencing new table as changed_rows
for each statement execute function private.index_changed('item_id');

create or replace trigger index_deleted
after delete on public.item_tags referencing old table as changed_rows
for each statement execute function private.index_changed('item_id');

create or replace trigger index_updated
after update on public.genres referencing new table as changed_rows
for each statement execute function private.index_changed('genre_id');

create or replace trigger forget_words
after delete on private.search_documents referencing old table as changed_rows
for each statement execute function private.forget_words();
