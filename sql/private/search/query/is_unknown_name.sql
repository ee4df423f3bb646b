-- Helper. Returns whether similar names are to be looked up for a query: it is short, no word of it is known or some
-- are misspelt, and it is not the name of an item that the viewer may see.
create or replace function private.is_unknown_name(
    known private.understanding, terms private.search_term[], viewer private.viewer
)
returns boolean
language plpgsql stable set search_path = ''
as $$
begin
    return length(known.name) <= 60
        and (cardinality(known.similar_words) > 0 or not exists (select from unnest(terms) as t where not t.is_meant))
        and not exists (
            select
            from private.search_names as n
            where n.is_whole and n.start = left(known.name, 100) and private.is_visible_name(n, viewer)
        );
end
$$;
comment on function private.is_unknown_name(private.understanding, private.search_term[], private.viewer) is
'Returns whether similar names are to be looked up for a query.';
revoke execute on function private.is_unknown_name(private.understanding, private.search_term[], private.viewer)
from public;
grant execute on function private.is_unknown_name(private.understanding, private.search_term[], private.viewer)
to anon, authenticated, service_role;
