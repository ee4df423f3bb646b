-- Helper. Rebuilds the name index of documents: one row for each of the first eight words of a title or author, with
-- the name from this word on, so that a prefix of any word finds the name.
create or replace function private.index_names(sources private.search_sources[]) returns void
language sql set search_path = ''
as $$
    delete from private.search_names as n
    using unnest(sources) as s
    join private.search_documents as d on d.item_id = s.item_id
    where n.document = d.document;

    insert into private.search_names (document, field, name, start, is_whole, popularity)
    select
        d.document, n.field, n.name, left(array_to_string(w.words[p.place:], ' '), 100), p.place = 1, d.popularity
    from unnest(sources) as s
    join private.search_documents as d on d.item_id = s.item_id
    cross join lateral (
        select 'title' as field, s.title as name
        union all
        select 'original_title', s.original_title
        union all
        select 'author', unnest(s.authors)
        union all
        select 'alternative_title', a.title
        from unnest(s.alternative_titles) as a (title)
        where private.fold_name(a.title) not in (
            private.fold_name(s.title), private.fold_name(coalesce(s.original_title, s.title))
        )
    ) as n
    cross join lateral string_to_array(private.fold_name(n.name), ' ') as w (words)
    cross join lateral generate_series(1, least(cardinality(w.words), 8)) as p (place)
    where n.name is not null
$$;
comment on function private.index_names(private.search_sources[]) is 'Rebuilds the name index of documents.';
revoke execute on function private.index_names(private.search_sources[]) from public;
grant execute on function private.index_names(private.search_sources[]) to service_role;
