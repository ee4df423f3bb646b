-- Trigger. Records that new events change the published figures of their items (private.note_changes).
-- Definer: clients may not write the recorded changes.
create or replace function private.note_interactions() returns trigger
language plpgsql security definer set search_path = ''
as $$
begin
    perform private.note_changes(array_agg(n.item_id), array_agg(n.rater_id), array_agg(n.country), 'interactions')
    from new_rows as n;
    return null;
end
$$;
comment on function private.note_interactions() is 'Trigger: records which published figures new events change.';
revoke execute on function private.note_interactions() from public;
