-- Does a document fit the filters, but for the tier, which hangs on the viewer? Inlined.
create or replace function private.fits(found private.search_documents, filters private.search_filters) returns boolean
language sql stable
return (filters.kind is null or found.kind = filters.kind)
and (filters.genre is null or found.genres @> array[filters.genre])
and (filters.language is null or found.language = filters.language)
and (filters.year_from is null or found.year >= filters.year_from)
and (filters.year_to is null or found.year <= filters.year_to);
comment on function private.fits(private.search_documents, private.search_filters) is
'Does a document fit the filters?';
revoke execute on function private.fits(private.search_documents, private.search_filters) from public;
grant execute on function private.fits(private.search_documents, private.search_filters)
to anon, authenticated, service_role;
