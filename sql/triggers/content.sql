-- Content: triggers refuse an unknown maturity rating, create, update and delete the row of items, set updated_at,
-- enqueue an embedding when the text changes, and update the search index.
create or replace trigger create_item
before insert on public.content
for each row execute function private.create_item();

create or replace trigger delete_item
after delete on public.content
for each row execute function private.create_item();

create or replace trigger touch
before update on public.content
for each row execute function private.touch();

create or replace trigger enqueue_inserted
after insert on public.content referencing new table as changed_rows
for each statement execute function private.enqueue_embeddings();

create or replace trigger enqueue_updated
after update on public.content referencing new table as changed_rows
for each statement execute function private.enqueue_embeddings();

create or replace trigger describe_inserted
after insert on public.content referencing new table as changed_rows
for each statement execute function private.describe_items();

create or replace trigger describe_updated
after update on public.content referencing new table as changed_rows
for each statement execute function private.describe_items();

create or replace trigger index_inserted
after insert on public.content referencing new table as changed_rows
for each statement execute function private.index_changed('id');

create or replace trigger index_updated
after update on public.content referencing new table as changed_rows
for each statement execute function private.index_changed('id');

create or replace trigger refuse_maturity_rating
before insert or update on public.content
for each row when (not private.is_maturity_rating(new.maturity_rating))
execute function private.refuse_value(
    'content_maturity_known', 'maturity_rating',
    'maturity_rating must be a name of maturity_ratings, such as PG-13 or FSK 12'
);
