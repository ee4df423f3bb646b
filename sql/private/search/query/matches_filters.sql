-- Helper. Returns whether a document matches all filters except the tier, which depends on the viewer. The planner
-- inlines it.
create or replace function private.matches_filters(
    found private.search_documents, filters private.search_filters
) returns boolean
language sql stable
return (filters.kind is null or found.kind = filters.kind)
and (filters.genre is null or found.genres @> array[filters.genre])
and (filters.language is null or found.language = filters.language)
and (filters.year_from is null or found.year >= filters.year_from)
and (filters.year_to is null or found.year <= filters.year_to)
and (filters.marks_1 is null or found.marks && filters.marks_1)
and (filters.marks_2 is null or found.marks && filters.marks_2)
and (filters.marks_3 is null or found.marks && filters.marks_3)
and (filters.marks_4 is null or found.marks && filters.marks_4);
comment on function private.matches_filters(private.search_documents, private.search_filters) is
'Returns whether a document matches all filters except the tier.';
revoke execute on function private.matches_filters(private.search_documents, private.search_filters) from public;
grant execute on function private.matches_filters(private.search_documents, private.search_filters)
to anon, authenticated, service_role;
