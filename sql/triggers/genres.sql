-- Genres: the search index follows a changed name.
create or replace trigger index_updated
after update on public.genres referencing new table as changed_rows
for each statement execute function private.index_changed('genre_id');
