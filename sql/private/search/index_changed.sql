-- Trigger: what is searched of items follows the catalogue, in the writer's own transaction. Its argument is the
-- column of the changed rows that names the item, or genre_id: all items of these genres.
-- Definer: nobody else writes what search reads.
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
    end case;
    if v_items is not null then
        perform private.index_items(v_items);
    end if;
    return null;
end
$$;
comment on function private.index_changed() is 'Trigger: what is searched follows the catalogue.';
revoke execute on function private.index_changed() from public;
