-- Helper. Returns people with a word of their name that starts with the given prefix (normalised by private.fold_name),
-- credited in an item that the viewer may see; those with most credits first, among 200. Their popularity is that of
-- their most popular item.
create or replace function private.people_by_prefix(beginning text, viewer private.viewer, count integer)
returns setof private.search_people
language plpgsql stable rows 8 set search_path = ''
as $$
#variable_conflict use_column
begin
    return query
    select p.person_id, p.name, p.start, p.joined, i.popularity
    from (
        select distinct on (p.person_id) p.*
        from (
            select s.*
            from private.search_people as s
            where s.start >= beginning and s.start < beginning || chr(1114111)
            order by s.popularity desc
            limit 200
        ) as p
        order by p.person_id, p.start = beginning desc
    ) as p
    cross join lateral (
        select d.popularity
        from private.search_documents as d
        where d.marks && array['person:' || p.person_id] and private.is_visible_document(d.document, viewer)
        order by d.popularity desc
        limit 1
    ) as i
    order by p.popularity desc, p.name
    limit people_by_prefix.count;
end
$$;
comment on function private.people_by_prefix(text, private.viewer, integer) is
'Returns the most popular people with a word of their name that starts with the given prefix.';
revoke execute on function private.people_by_prefix(text, private.viewer, integer) from public;
grant execute on function private.people_by_prefix(text, private.viewer, integer)
to anon, authenticated, service_role;
