-- Trigger. Updates the search index of changed items in the transaction that changes them. The argument is the column
-- of the changed rows that contains the item's id; with genre_id or person_id, all items of the changed genres or
-- people are updated.
-- Definer: the role that changes an item may not write the search index.
create or replace function private.index_changed() returns trigger
language plpgsql security definer set search_path = ''
as $$
declare
    v_items uuid[];
begin
    case tg_argv[0]
        when 'id' then
            select array_agg(distinct c.id) into v_items from changed_rows as c;
        when 'item_id' then
            select array_agg(distinct c.item_id) into v_items from changed_rows as c;
        when 'genre_id' then
            select array_agg(distinct i.item_id) into v_items
            from public.item_genres as i
            where i.genre_id in (select c.id from changed_rows as c);
        when 'content_id' then
            select array_agg(distinct c.content_id) into v_items from changed_rows as c;
        when 'person_id' then
            select array_agg(distinct r.item_id) into v_items
            from public.credits as r
            where r.person_id in (select c.id from changed_rows as c);
    end case;
    if v_items is not null then
        perform private.index_items(v_items);
    end if;
    return null;
end
$$;
comment on function private.index_changed() is 'Trigger: updates the search index when the catalogue changes.';
revoke execute on function private.index_changed() from public;
