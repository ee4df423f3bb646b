-- May this viewer see the item in a list? It is for the viewer's age (private.fits_age), and, where
-- item_availability says anything of it, a row holds now in the viewer's country. A viewer that is all null may.
-- The tier hides nothing here: lists show what premium would add, playback asks who may.
-- Inlined: where an item has no rows this costs two comparisons.
create or replace function private.is_available(item public.items, viewer private.viewer) returns boolean
language sql stable
return private.fits_age(item, viewer)
and (not item.is_restricted or viewer.tier is null or private.is_offered(item.id, viewer.country));
comment on function private.is_available(public.items, private.viewer) is 'May this viewer see the item in a list?';
revoke execute on function private.is_available(public.items, private.viewer) from public;
grant execute on function private.is_available(public.items, private.viewer) to anon, authenticated, service_role;
