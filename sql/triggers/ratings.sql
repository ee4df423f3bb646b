-- Ratings: rows that clients write are counted against limits and must name items that the caller may see; counts,
-- published figures and neighbours follow every change.
create or replace trigger hold_rows
before insert or update or delete on public.ratings
for each statement execute function private.hold_rows();

create or replace trigger admit_inserted
after insert on public.ratings referencing new table as changed_rows
for each statement execute function private.count_rows();

create or replace trigger admit_updated
after update on public.ratings referencing new table as changed_rows
for each statement execute function private.count_rows();

create or replace trigger admit_deleted
after delete on public.ratings referencing old table as changed_rows
for each statement execute function private.count_rows();

create or replace trigger check_item
before insert or update of item_id on public.ratings
for each row execute function private.check_rated_item();

-- updated_at is kept when ratings move to another pseudonym, and when the service sets it; clients may not.
create or replace trigger touch
before update on public.ratings
for each row when (old.rater_id = new.rater_id and old.updated_at = new.updated_at) execute function private.touch();

create or replace trigger count_inserted
after insert on public.ratings referencing new table as changed_rows
for each statement execute function private.count_ratings('1');

drop trigger if exists count_updated_from on public.ratings;

drop trigger if exists count_updated_to on public.ratings;

create or replace trigger count_updated
after update on public.ratings referencing old table as old_rows new table as new_rows
for each statement execute function private.recount_ratings();

create or replace trigger count_deleted
after delete on public.ratings referencing old table as changed_rows
for each statement execute function private.count_ratings('-1');

create or replace trigger note_inserted
after insert on public.ratings referencing new table as new_rows
for each statement execute function private.note_ratings();

create or replace trigger note_updated
after update on public.ratings referencing old table as old_rows new table as new_rows
for each statement execute function private.note_ratings();

create or replace trigger note_deleted
after delete on public.ratings referencing old table as old_rows
for each statement execute function private.note_ratings();

create or replace trigger enqueue_inserted
after insert on public.ratings referencing new table as changed_rows
for each statement execute function private.enqueue_similarity();

create or replace trigger enqueue_updated
after update on public.ratings referencing new table as changed_rows
for each statement execute function private.enqueue_similarity();

create or replace trigger enqueue_deleted
after delete on public.ratings referencing old table as changed_rows
for each statement execute function private.enqueue_similarity();

create or replace trigger refuse_rating
before insert or update on public.ratings
for each row when (not (new.rating between 0.5 and 5.0 and new.rating * 2 = floor(new.rating * 2)))
execute function private.refuse_value(
    'ratings_half_steps', 'rating', 'rating must be 0.5 to 5.0 in half steps'
);
