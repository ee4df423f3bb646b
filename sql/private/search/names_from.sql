-- Names that go on, from one of their words, as a text begins (private.folded), of what the viewer may see: the most
-- popular of them, among the 2,000 most popular that begin so. One to three letters are looked up by indexes that are
-- in order of popularity.
create or replace function private.names_from(beginning text, viewer private.viewer, count integer)
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
        where private.is_listed(n.document, $2)
        limit $3',
        v_begins
    )
    using beginning, viewer, names_from.count;
end
$$;
comment on function private.names_from(text, private.viewer, integer) is 'The most popular names that begin so.';
revoke execute on function private.names_from(text, private.viewer, integer) from public;
grant execute on function private.names_from(text, private.viewer, integer) to anon, authenticated, service_role;
