-- Helper. Returns the documents that match a query by words, name or meaning, among those with numbers up to as_of that
-- match the filters; 1,000 at most, best first.
--   words    at least 40 % of the best document's BM25 score (any score if the query contains OR), 1,000 at most
--   name     a title or author equal to the query, or with a trigram similarity of 0.5 or more
--   meaning  the 50 documents nearest to the query embedding with a cosine similarity of 0.3 or more
-- The three rankings are merged by reciprocal rank fusion (Cormack, Clarke, Büttcher, SIGIR 2009; k = 60). A document
-- whose name equals the query comes before all others.
-- The first statement loads pg_trgm: otherwise a role without superuser rights could not set its settings below.
select extensions.similarity('', '');

create or replace function private.search_matches(
    parsed private.parsed_search,
    terms private.search_term[],
    query_embedding extensions.vector,
    filters private.search_filters,
    viewer private.viewer,
    as_of integer
)
returns setof private.search_match
language plpgsql stable rows 200 set search_path = ''
set random_page_cost = 1.1 set pg_trgm.similarity_threshold = 0.5 set plan_cache_mode = force_custom_plan
as $$
#variable_conflict use_column
declare
    v_name text := left(private.fold_name(parsed.words), 100);
    v_is_unknown boolean := not exists (select from unnest(terms) as t where not t.is_meant)
        and not exists (select from private.search_names as n where n.is_whole and n.start = v_name);
    v_is_narrowed boolean := num_nonnulls(
        filters.kind, filters.genre, filters.language, filters.year_from, filters.year_to, parsed.phrases
    ) > 0;
    v_share double precision := case when parsed.is_lenient then 0 else 0.4 end;
    v_excluded text[] := private.stems_of(parsed.excluded);
begin
    return query
    with weighed as materialized (
        select p.document, sum(t.idf * p.weight) as weight
        from unnest(terms) as t
        join private.search_postings as p on p.lexeme = t.lexeme and p.document <= as_of
        group by p.document
    ), best as materialized (
        select max(w.weight) as weight from weighed as w
    ), required as materialized (
        select s.stemmer, l.lexeme
        from private.stemmers() as s (stemmer)
        cross join lateral private.lexemes(s.stemmer, array_to_string(parsed.phrases, ' ')) as l
        where parsed.phrases is not null
    ), telling as materialized (
        select w.document, w.weight / b.weight as words
        from best as b
        join weighed as w on w.weight >= v_share * b.weight
    ), worded as materialized (
        select t.document, t.words from telling as t where not v_is_narrowed
        union all
        select t.document, t.words
        from telling as t
        join private.search_documents as d on d.document = t.document
        where
            v_is_narrowed
            and private.matches_filters(d, filters)
            and not exists (
                select
                from required as r
                where
                    r.stemmer = d.stemmer
                    and not exists (
                        select from private.search_postings as p where p.lexeme = r.lexeme and p.document = d.document
                    )
            )
        order by words desc, document
        limit 1000
    ), named as (
        select n.document, 1::real as closeness from private.search_names as n where n.is_whole and n.start = v_name
        union all
        select n.document, extensions.similarity(n.start, v_name)
        from (select w.document from worded as w order by w.words desc, w.document limit 50) as w
        join private.search_names as n on n.document = w.document and n.is_whole
        union all
        select n.document, extensions.similarity(n.start, v_name)
        from private.search_names as n
        where v_is_unknown and n.is_whole and n.start operator(extensions.%) v_name
    ), called as (
        select n.document, max(n.closeness) as closeness
        from named as n
        where n.document <= as_of
        group by n.document
        having max(n.closeness) >= 0.5
    ), meant as (
        select n.document, n.similarity
        from private.nearest_documents(query_embedding, filters, viewer, as_of, 50) as n
        where n.similarity >= 0.3
    ), found as (
        select coalesce(w.document, c.document, m.document) as document, w.words, c.closeness, m.similarity
        from worded as w
        full join called as c on c.document = w.document
        full join meant as m on m.document = coalesce(w.document, c.document)
    ), passing as materialized (
        select private.item_tier(i, viewer) as tier, f.document, d.item_id, f.words, f.closeness, f.similarity, d.popularity
        from found as f
        join private.search_documents as d on d.document = f.document
        join public.items as i on i.id = d.item_id
        where
            private.is_visible_match(d, i, filters, viewer)
            and not exists (
                select from private.search_postings as p where p.lexeme = any(v_excluded) and p.document = d.document
            )
            and not exists (
                select
                from required as r
                where
                    r.stemmer = d.stemmer
                    and not exists (
                        select from private.search_postings as p where p.lexeme = r.lexeme and p.document = d.document
                    )
            )
    ), ranked as (
        select
            p.*,
            row_number() over (order by p.words desc nulls last, p.popularity desc, p.document) as word_rank,
            row_number() over (order by p.closeness desc nulls last, p.popularity desc, p.document) as name_rank,
            row_number() over (order by p.similarity desc nulls last, p.popularity desc, p.document) as meaning_rank
        from passing as p
        where
            parsed.phrases is null and parsed.excluded_phrases is null
            or private.has_phrases(p.item_id, parsed.phrases, parsed.excluded_phrases)
    )
    select
        r.document,
        case when r.words is null then 0 else 1.0::double precision / (60 + r.word_rank) end
        + case when r.closeness is null then 0 else 1.0::double precision / (60 + r.name_rank) end
        + case when r.similarity is null then 0 else 1.0::double precision / (60 + r.meaning_rank) end
        + case when r.closeness = 1 then 3.0::double precision / 61 else 0 end as score,
        r.words::real, r.closeness, r.similarity::real, r.tier
    from ranked as r
    order by score desc, r.document
    limit 1000;
end
$$;
comment on function private.search_matches(
    private.parsed_search, private.search_term[], extensions.vector, private.search_filters, private.viewer, integer
) is
'Returns the documents that match a query by words, name or meaning.';
revoke execute on function private.search_matches(
    private.parsed_search, private.search_term[], extensions.vector, private.search_filters, private.viewer, integer
) from public;
grant execute on function private.search_matches(
    private.parsed_search, private.search_term[], extensions.vector, private.search_filters, private.viewer, integer
) to anon, authenticated, service_role;
