-- Trigger. Records that changed ratings change the published figures of their items (private.note_changes). An update
-- that only moves a rating to another pseudonym, made by another trigger, changes no figure.
-- Definer: clients may not write the recorded changes.
create or replace function private.note_ratings() returns trigger
language plpgsql security definer set search_path = ''
as $$
begin
    if tg_op = 'INSERT' then
        perform private.note_changes(array_agg(n.item_id), array_agg(n.rater_id), array_agg(n.country), 'ratings')
        from new_rows as n;
    elsif tg_op = 'DELETE' then
        perform private.note_changes(array_agg(o.item_id), array_agg(o.rater_id), array_agg(o.country), 'ratings')
        from old_rows as o;
    elsif pg_trigger_depth() = 1 then
        perform private.note_changes(array_agg(c.item_id), array_agg(c.rater_id), array_agg(c.country), 'ratings')
        from (
            (
                select o.item_id, o.rater_id, o.country, o.rating from old_rows as o
                except select n.item_id, n.rater_id, n.country, n.rating from new_rows as n
            )
            union all
            (
                select n.item_id, n.rater_id, n.country, n.rating from new_rows as n
                except select o.item_id, o.rater_id, o.country, o.rating from old_rows as o
            )
        ) as c;
    end if;
    return null;
end
$$;
comment on function private.note_ratings() is 'Trigger: records which published figures changed ratings change.';
revoke execute on function private.note_ratings() from public;
