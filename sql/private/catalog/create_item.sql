-- Trigger: content or a book written without an item gets one; a deleted one takes its item along.
-- Definer: items are written by nobody else.
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
comment on function private.create_item() is 'Trigger: content and books share their item''s life.';
revoke execute on function private.create_item() from public;
