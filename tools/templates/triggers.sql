-- TODO: what else follows a change of $table. Rows that clients write are counted against limits, and invalid values
-- are refused with a sentence.
create or replace trigger refuse_title
before insert or update on public.$table
for each row when (not private.is_plain_text(new.title, 200))
execute function private.refuse_value(
    '${table}_title_plain', 'title',
    'title must have 1 to 200 characters, at least one visible, no invisible ones and no direction marks'
);

create or replace trigger admit_inserted
after insert on public.$table referencing new table as changed_rows
for each statement execute function private.count_rows();

create or replace trigger admit_deleted
after delete on public.$table referencing old table as changed_rows
for each statement execute function private.count_rows();
