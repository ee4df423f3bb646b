-- Helper. Returns whether a document matches all filters and the viewer may see its item. The planner inlines it.
create or replace function private.is_visible_match(
    found private.search_documents, item public.items, filters private.search_filters, viewer private.viewer
)
returns boolean
language sql stable
return private.is_available(item, viewer)
and private.matches_filters(found, filters)
and (filters.tier is null or filters.tier = private.item_tier(item, viewer));
comment on function private.is_visible_match(
    private.search_documents, public.items, private.search_filters, private.viewer
) is
'Returns whether a document matches all filters and the viewer may see its item.';
revoke execute on function private.is_visible_match(
    private.search_documents, public.items, private.search_filters, private.viewer
) from public;
grant execute on function private.is_visible_match(
    private.search_documents, public.items, private.search_filters, private.viewer
) to anon, authenticated, service_role;
