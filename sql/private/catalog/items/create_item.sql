-- Trigger. Inserts the row of items for new content or a new book, unless it exists, and deletes it with them.
-- Definer: a role that writes content or books needs no privilege on items.
create or replace function private.create_item() returns trigger
language plpgsql security definer set search_path = ''
as $$
begin
    if tg_op = 'DELETE' then
        delete from public.items where id = old.id;
        return null;
    end if;
    insert into public.items (id, kind) values (new.id, new.kind) on conflict do nothing;
    return new;
end
$$;
comment on function private.create_item() is 'Trigger. Inserts and deletes the row of items with its content or book.';
revoke execute on function private.create_item() from public;
