-- Helper. Returns whether the viewer's age permits the item: always if the viewer has no age limit, else if the minimum
-- age is not above the viewer's age; an unrated item, only if the viewer sees unrated items.
-- The query planner inlines it.
create or replace function private.fits_age(item public.items, viewer private.viewer) returns boolean
language sql stable
return viewer.age is null or coalesce(item.minimum_age <= viewer.age, viewer.shows_unrated, false);
comment on function private.fits_age(public.items, private.viewer) is 'Whether the viewer''s age permits the item.';
revoke execute on function private.fits_age(public.items, private.viewer) from public;
grant execute on function private.fits_age(public.items, private.viewer) to anon, authenticated, service_role;
