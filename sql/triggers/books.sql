-- Books: triggers create, update and delete the row of items, set updated_at, and enqueue an embedding when the text
-- changes.
create or replace trigger create_item
before insert on public.books
for each row execute function private.create_item();

create or replace trigger delete_item
after delete on public.books
for each row execute function private.create_item();

create or replace trigger touch
before update on public.books
for each row execute function private.touch();

create or replace trigger enqueue_inserted
after insert on public.books referencing new table as changed_rows
for each statement execute function private.enqueue_embeddings();

create or replace trigger enqueue_updated
after update on public.books referencing new table as changed_rows
for each statement execute function private.enqueue_embeddings();

create or replace trigger describe_inserted
after insert on public.books referencing new table as changed_rows
for each statement execute function private.describe_items();

create or replace trigger describe_updated
after update on public.books referencing new table as changed_rows
for each statement execute function private.describe_items();
