-- Does a document pass the filters, and may the viewer see its item? Inlined.
create or replace function private.passes(
    found private.search_documents, item public.items, filters private.search_filters, viewer private.viewer
)
returns boolean
language sql stable
return private.is_available(item, viewer)
and private.fits(found, filters)
and (filters.tier is null or filters.tier = private.item_tier(item, viewer));
comment on function private.passes(private.search_documents, public.items, private.search_filters, private.viewer) is
'Does a document pass the filters, and may the viewer see its item?';
revoke execute on function private.passes(
    private.search_documents, public.items, private.search_filters, private.viewer
) from public;
grant execute on function private.passes(
    private.search_documents, public.items, private.search_filters, private.viewer
) to anon, authenticated, service_role;
