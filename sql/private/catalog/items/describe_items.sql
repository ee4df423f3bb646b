-- Trigger. Copies the language and the minimum age of changed content and books to items, where lists read them without
-- a join.
-- Definer: a role that writes content or books needs no privilege on items.
create or replace function private.describe_items() returns trigger
language plpgsql security definer set search_path = ''
as $$
begin
    update public.items as i set language = f.language, minimum_age = private.minimum_age(f.maturity_rating)
    from changed_rows as c
    join private.item_facts as f on f.item_id = c.id
    where
        i.id = c.id
        and (i.language, i.minimum_age) is distinct from (f.language, private.minimum_age(f.maturity_rating));
    return null;
end
$$;
comment on function private.describe_items() is
'Trigger. Copies language and minimum age of content and books to items.';
revoke execute on function private.describe_items() from public;
