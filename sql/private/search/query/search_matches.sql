-- Helper. Returns the documents that match a query by words, name or meaning, by filters that were understood, or by
-- their likeness to an item, among those with numbers up to as_of that match the filters; 1,000 at most, best first.
--   words    at least 40 % of the best document's BM25 score (any score if the query contains OR), 1,000 at most
--   name     a title or author equal to the query, or with a trigram similarity of 0.5 or more
--   meaning  the 50 documents nearest to the query embedding with a cosine similarity of 0.3 or more
--   fitting  if filters and wishes are all that the query says, or few match its words: what has them, by popularity
--   like     documents like the one that the query compares with; matches by words that have marks in common with it
-- The rankings are merged by reciprocal rank fusion (Cormack, Clarke, Büttcher, SIGIR 2009; k = 60); meaning counts for
-- less if words decide. Popularity adds a little. A document whose name equals the query comes before all others, then
-- those whose title holds all of its words. Both match whatever filters were understood.
-- The first statement loads pg_trgm: otherwise a role without superuser rights could not set its settings below.
select extensions.similarity('', '');

create or replace function private.search_matches(
    parsed private.parsed_search,
    known private.understanding,
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
    v_closest constant real := case when known.is_whole then 0.97 else 0.5 end;
    v_name text := left(known.name, 100);
    v_joined text[] := private.joined_names(left(known.name, 100));
    v_words text[] := array(
        select t.word from unnest(known.tokens) as t (word) where t.word not in ('the', 'a', 'an', 'of', 'and', 'in')
    );
    v_is_unknown boolean := length(known.name) <= 60
        and (cardinality(known.similar_words) > 0 or not exists (select from unnest(terms) as t where not t.is_meant))
        and not exists (select from private.search_names as n where n.is_whole and n.start = left(known.name, 100));
    v_narrow private.search_filters := known.filters;
    v_is_understood boolean := known.needs <> '{}' or known.wishes is not null
        or known.filters is distinct from filters;
    v_is_narrowed boolean := num_nonnulls(
        v_narrow.kind, v_narrow.genre, v_narrow.language, v_narrow.year_from, v_narrow.year_to, v_narrow.marks_1,
        parsed.phrases
    ) > 0;
    v_has_left boolean := exists (select from unnest(terms) as t where t.is_left);
    v_share double precision := case when parsed.is_lenient then 0 else 0.4 end;
    v_word_weight double precision := case
        when known.is_whole and not v_has_left then 0.25 when known.liked is not null then 0.75 else 1
    end;
    v_excluded text[] := private.stems_of(parsed.excluded);
    v_liked_marks text[] := array(
        select m.mark
        from private.search_documents as d
        cross join lateral unnest(d.marks) as m (mark)
        where d.document = known.liked and m.mark ~ '^(genre|keyword):'
    );
begin
    return query
    with weighed as materialized (
        select
            p.document,
            sum(t.idf * p.weight) filter (where t.is_left or not v_has_left) as weight,
            sum(t.idf * p.weight) as whole
        from unnest(terms) as t
        join private.search_postings as p on p.lexeme = t.lexeme and p.document <= as_of
        group by p.document
    ), best as materialized (
        select max(w.weight) as weight from weighed as w
    ), required as materialized (
        select s.stemmer, l.lexeme
        from private.query_stemmers(array_to_string(parsed.phrases, ' ')) as s (stemmer)
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
            and private.matches_filters(d, v_narrow)
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
    ), likely as materialized (
        select l.document
        from (select w.document from worded as w order by w.words desc, w.document limit 50) as l
        union
        select l.document
        from (
            select w.document from weighed as w where v_is_understood order by w.whole desc, w.document limit 50
        ) as l
    ), named as materialized (
        select
            n.document,
            case when n.start = v_name or replace(n.start, ' ', '') = v_joined[1] then 1 else 0.97 end::real as closeness,
            false as is_titled
        from private.search_names as n
        where n.is_whole and replace(n.start, ' ', '') = any(v_joined)
        union all
        select
            n.document, extensions.similarity(n.start, v_name),
            v_words <> '{}' and n.field <> 'author' and string_to_array(n.start, ' ') @> v_words
        from likely as l
        join private.search_names as n on n.document = l.document and n.is_whole
        union all
        select n.document, extensions.similarity(n.start, v_name), false
        from private.search_names as n
        where v_is_unknown and n.is_whole and n.start operator(extensions.%) v_name
    ), called as materialized (
        select
            n.document, case when max(n.closeness) >= v_closest then max(n.closeness) end as closeness,
            bool_or(n.is_titled) and not known.is_whole as is_titled
        from named as n
        where n.document <= as_of
        group by n.document
        having max(n.closeness) >= v_closest or bool_or(n.is_titled) and not known.is_whole
    ), meant as (
        select n.document, n.similarity
        from private.nearest_documents(query_embedding, v_narrow, viewer, as_of, 50) as n
        where n.similarity >= 0.3
    ), fitting as materialized (
        select p.document, p.rank
        from private.popular_documents(
            v_narrow, known.wishes, known.wishes_2, known.literal, viewer, as_of,
            case when known.is_whole then 1000 else 50 end
        ) with ordinality as p (document, rank)
        where
            v_is_understood
            and known.liked is null
            and (known.is_whole or (select count(*) from worded) < 10)
    ), liked as materialized (
        select l.document, l.rank
        from private.documents_like(known.liked, v_narrow, viewer, as_of, 100) with ordinality
        as l (document, likeness, rank)
        where known.liked is not null
    ), kin as materialized (
        select w.document, row_number() over (order by s.shared desc, w.words desc, w.document) as rank
        from worded as w
        join private.search_documents as d on d.document = w.document
        cross join lateral (
            select sum(case when m.mark like 'genre:%' then 2 else 3 end) as shared
            from unnest(v_liked_marks) as m (mark)
            where m.mark = any(d.marks)
        ) as s
        where known.liked is not null and v_has_left and s.shared > 0
    ), found as (
        select
            a.document, max(a.words) as words, max(a.closeness) as closeness, bool_or(a.is_titled) as is_titled,
            max(a.similarity) as similarity, max(a.fit) as fit, max(a.likeness) as likeness, max(a.kinship) as kinship
        from (
            select
                w.document, w.words, null::real as closeness, false as is_titled, null::double precision as similarity,
                null::bigint as fit, null::bigint as likeness, null::bigint as kinship
            from worded as w
            union all
            select c.document, null, c.closeness, c.is_titled, null, null, null, null from called as c
            union all
            select m.document, null, null, false, m.similarity, null, null, null from meant as m
            union all
            select f.document, null, null, false, null, f.rank, null, null from fitting as f
            union all
            select l.document, null, null, false, null, null, l.rank, null from liked as l
            union all
            select k.document, null, null, false, null, null, null, k.rank from kin as k
        ) as a
        where a.document is distinct from known.liked
        group by a.document
    ), passing as materialized (
        select
            private.item_tier(i, viewer) as tier, f.document, d.item_id, f.words, f.closeness, f.similarity, f.is_titled,
            f.fit, f.likeness, f.kinship, d.popularity
        from found as f
        join private.search_documents as d on d.document = f.document
        join public.items as i on i.id = d.item_id
        where
            private.is_visible_match(d, i, filters, viewer)
            and (not v_is_understood or f.closeness >= 0.97 or f.is_titled or private.matches_filters(d, v_narrow))
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
    ), decided as (
        select
            case
                when known.is_whole or bool_or(p.closeness >= 0.97) then 0.3
                when known.liked is not null then 0.7
                when bool_or(p.is_titled) then 0.5
                else 1
            end as meaning_weight
        from passing as p
    ), ranked as (
        select
            p.*,
            row_number() over (order by p.words desc nulls last, p.popularity desc, p.document) as word_rank,
            row_number() over (order by p.closeness desc nulls last, p.popularity desc, p.document) as name_rank,
            row_number() over (order by p.similarity desc nulls last, p.popularity desc, p.document) as meaning_rank,
            row_number() over (order by p.popularity desc, p.document) as popular_rank,
            d.meaning_weight
        from passing as p
        cross join decided as d
        where
            parsed.phrases is null and parsed.excluded_phrases is null
            or private.has_phrases(p.item_id, parsed.phrases, parsed.excluded_phrases)
    )
    select
        r.document,
        case when r.words is null then 0 else v_word_weight / (60 + r.word_rank) end
        + case when r.closeness is null then 0 else 1.0::double precision / (60 + r.name_rank) end
        + case when r.similarity is null then 0 else r.meaning_weight::double precision / (60 + r.meaning_rank) end
        + case when r.fit is null then 0 else 2.0::double precision / (60 + r.fit) end
        + case when r.likeness is null then 0 else 1.5::double precision / (60 + r.likeness) end
        + case when r.kinship is null then 0 else 0.75::double precision / (60 + r.kinship) end
        + 0.2::double precision / (60 + r.popular_rank)
        + case when r.closeness >= 0.97 then 3.0::double precision / 61 else 0 end
        + case when r.is_titled then 1.5::double precision / 61 else 0 end as score,
        r.words::real, r.closeness, r.similarity::real, r.tier
    from ranked as r
    order by score desc, r.document
    limit 1000;
end
$$;
comment on function private.search_matches(
    private.parsed_search,
    private.understanding,
    private.search_term[],
    extensions.vector,
    private.search_filters,
    private.viewer,
    integer
) is
'Returns the documents that match a query by words, name, meaning or what was understood.';
revoke execute on function private.search_matches(
    private.parsed_search,
    private.understanding,
    private.search_term[],
    extensions.vector,
    private.search_filters,
    private.viewer,
    integer
) from public;
grant execute on function private.search_matches(
    private.parsed_search,
    private.understanding,
    private.search_term[],
    extensions.vector,
    private.search_filters,
    private.viewer,
    integer
) to anon, authenticated, service_role;
