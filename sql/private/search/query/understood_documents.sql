-- Helper. Returns the documents that a query means beside its words: those like the named one, with the matches by
-- words that have marks in common with it; otherwise those that fit the understood filters and wishes, by
-- popularity. Each has its rank.
create or replace function private.understood_documents(
    known private.understanding, terms private.search_term[], viewer private.viewer, as_of integer
)
returns setof private.understood_document
language plpgsql stable rows 100 set search_path = '' set random_page_cost = 1.1 set plan_cache_mode = force_custom_plan
as $$
#variable_conflict use_column
declare
    v_liked private.search_documents;
begin
    if known.liked is null then
        return query
        select p.document, p.rank::integer, null::integer, null::integer
        from private.popular_documents(
            known.filters, known.wishes, known.wishes_2, known.literal, viewer, as_of,
            case when known.is_whole then 1000 else 50 end
        ) with ordinality as p (document, rank);
        return;
    end if;
    select d.* into v_liked from private.search_documents as d where d.document = known.liked;
    return query
    select l.document, null::integer, l.rank::integer, null::integer
    from private.documents_like(known.liked, known.filters, viewer, as_of, 100) with ordinality
    as l (document, likeness, rank);
    return query
    with weights as materialized (
        select m.mark, m.weight from private.mark_weights(v_liked.marks) as m
    ), worded as (
        select p.document, sum(t.idf * p.weight) as words
        from unnest(terms) as t
        join private.search_postings as p on p.lexeme = t.lexeme and p.document <= as_of
        where t.is_left and known.words <> ''
        group by p.document
        order by words desc, p.document
        limit 200
    ), shared as (
        select
            w.document, w.words,
            (select sum(m.weight) from weights as m where m.mark = any(d.marks)) as shared
        from worded as w
        join private.search_documents as d on d.document = w.document
        where d.document <> known.liked and private.matches_filters(d, known.filters)
    )
    select
        s.document, null::integer, null::integer,
        (row_number() over (order by s.shared * s.words desc, s.document))::integer
    from shared as s
    where s.shared > 0;
end
$$;
comment on function private.understood_documents(
    private.understanding, private.search_term[], private.viewer, integer
) is
'Returns the documents that a query means beside its words.';
revoke execute on function private.understood_documents(
    private.understanding, private.search_term[], private.viewer, integer
) from public;
grant execute on function private.understood_documents(
    private.understanding, private.search_term[], private.viewer, integer
) to anon, authenticated, service_role;
