-- Helper. Returns names in which a word starts with the given prefix (normalised by private.fold_name) and whose items
-- the viewer may see, the most popular first, among the 2,000 most popular matches. Prefixes of one to three letters
-- use expression indexes ordered by popularity.
create or replace function private.names_by_prefix(beginning text, viewer private.viewer, count integer)
returns setof private.search_names
language plpgsql stable rows 40 set search_path = ''
as $$
declare
    v_begins constant text := case
        when length(beginning) <= 3 then format('left(n.start, %s) = $1', length(beginning))
        else 'n.start >= $1 and n.start < $1 || chr(1114111)'
    end;
begin
    return query execute format(
        'select n.*
        from (
            select n.* from private.search_names as n where %s order by n.popularity desc limit 2000
        ) as n
        where private.is_visible_document(n.document, $2)
        limit $3',
        v_begins
    )
    using beginning, viewer, names_by_prefix.count;
end
$$;
comment on function private.names_by_prefix(text, private.viewer, integer) is
'Returns the most popular names in which a word starts with the given prefix.';
revoke execute on function private.names_by_prefix(text, private.viewer, integer) from public;
grant execute on function private.names_by_prefix(text, private.viewer, integer) to anon, authenticated, service_role;
