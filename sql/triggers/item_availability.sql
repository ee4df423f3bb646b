-- Sets items.is_restricted when rows of an item change; refuses an unknown tier.
create or replace trigger mark_inserted
after insert on public.item_availability referencing new table as changed_rows
for each statement execute function private.mark_restricted();

create or replace trigger mark_updated_from
after update on public.item_availability referencing old table as changed_rows
for each statement execute function private.mark_restricted();

create or replace trigger mark_updated_to
after update on public.item_availability referencing new table as changed_rows
for each statement execute function private.mark_restricted();

create or replace trigger mark_deleted
after delete on public.item_availability referencing old table as changed_rows
for each statement execute function private.mark_restricted();

create or replace trigger refuse_tier
before insert or update on public.item_availability
for each row when (not private.is_tier(new.tier))
execute function private.refuse_value('item_availability_tier_known', 'tier', 'tier must be free or premium');
