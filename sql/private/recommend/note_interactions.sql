-- Trigger: notes which items' figures new events change.
-- Definer: clients do not write what is noted.
create or replace function private.note_interactions() returns trigger
language plpgsql security definer set search_path = ''
as $$
begin
    perform private.note_changes(array_agg(n.item_id), array_agg(n.rater_id), array_agg(n.country), 'interactions')
    from new_rows as n;
    return null;
end
$$;
comment on function private.note_interactions() is 'Trigger: notes which figures new events change.';
revoke execute on function private.note_interactions() from public;
