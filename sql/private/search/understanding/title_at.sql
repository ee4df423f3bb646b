-- Helper. Returns the longest title that the words begin with, as the document of the most popular item of that title
-- that the viewer may see, and the number of its words. No row if no title fits.
create or replace function private.title_at(tokens text[], viewer private.viewer)
returns table (document integer, words integer)
language plpgsql stable rows 1 set search_path = ''
as $$
#variable_conflict use_column
begin
    return query
    select n.document, k.words
    from generate_series(1, least(cardinality(tokens), 10)) as k (words)
    cross join lateral unnest(private.joined_names(array_to_string(tokens[:k.words], ' '))) with ordinality as j (joined, place)
    join private.search_names as n on replace(n.start, ' ', '') = j.joined
    where n.is_whole and n.field <> 'author' and private.is_visible_document(n.document, viewer)
    order by k.words desc, j.place, n.popularity desc, n.document
    limit 1;
end
$$;
comment on function private.title_at(text[], private.viewer) is
'Returns the longest title that the words begin with.';
revoke execute on function private.title_at(text[], private.viewer) from public;
grant execute on function private.title_at(text[], private.viewer) to anon, authenticated, service_role;
