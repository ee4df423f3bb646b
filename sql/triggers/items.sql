-- Copies a changed language to the item's trends.
create or replace trigger trend_language
after update of language on public.items
for each row when (old.language is distinct from new.language) execute function private.trend_language();

create or replace trigger refuse_kind
before insert or update on public.items
for each row when (not private.is_kind(new.kind))
execute function private.refuse_value('items_kind_known', 'kind', 'kind must be movie, tv_show, sports or book');
