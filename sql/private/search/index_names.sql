-- Write the names of documents anew: each from each of its first eight words on.
create or replace function private.index_names(documents integer[]) returns void
language sql set search_path = ''
as $$
    delete from private.search_names as n where n.document = any(documents);
    insert into private.search_names (document, field, name, start, is_whole, popularity)
    select
        d.document, n.field, n.name, left(array_to_string(w.words[p.place:], ' '), 100), p.place = 1, d.popularity
    from private.search_documents as d
    join private.search_sources as s on s.item_id = d.item_id
    cross join lateral (
        select 'title' as field, s.title as name
        union all
        select 'original_title', s.original_title
        union all
        select 'author', unnest(s.authors)
    ) as n
    cross join lateral string_to_array(private.folded(n.name), ' ') as w (words)
    cross join lateral generate_series(1, least(cardinality(w.words), 8)) as p (place)
    where d.document = any(documents) and n.name is not null
$$;
comment on function private.index_names(integer[]) is 'Write the names of documents anew.';
revoke execute on function private.index_names(integer[]) from public;
grant execute on function private.index_names(integer[]) to service_role;
