-- Helper. Returns whether lists may show the item to this viewer: the viewer's age permits it, and, if
-- item_availability has rows for it, one of them is valid now in the viewer's country. True for a viewer that is all
-- null (the service).
-- The tier is ignored: lists also show what premium would add; playback checks the tier.
-- The query planner inlines it: an item without rows costs two comparisons.
create or replace function private.is_available(item public.items, viewer private.viewer) returns boolean
language sql stable
return private.fits_age(item, viewer)
and (not item.is_restricted or viewer.tier is null or private.is_offered(item.id, viewer.country));
comment on function private.is_available(public.items, private.viewer) is
'Whether lists may show the item to this viewer.';
revoke execute on function private.is_available(public.items, private.viewer) from public;
grant execute on function private.is_available(public.items, private.viewer) to anon, authenticated, service_role;
