-- Trigger. Copies an item's new language to its trends.
-- Definer: the role that changes an item may not write trends.
create or replace function private.trend_language() returns trigger
language plpgsql security definer set search_path = ''
as $$
begin
    update public.item_trends set language = new.language where item_id = new.id;
    return null;
end
$$;
comment on function private.trend_language() is 'Trigger: copies an item''s new language to its trends.';
revoke execute on function private.trend_language() from public;
