-- Trigger: an item's trends move to its new language.
-- Definer: nobody else writes trends.
create or replace function private.trend_language() returns trigger
language plpgsql security definer set search_path = ''
as $$
begin
    update public.item_trends set language = new.language where item_id = new.id;
    return null;
end
$$;
comment on function private.trend_language() is 'Trigger: moves an item''s trends to its new language.';
revoke execute on function private.trend_language() from public;
