-- Helper. Returns the documents that match a query by words, name or meaning, by filters that were understood, or by
-- their likeness to an item, among those with numbers up to as_of that match the filters; 1,000 at most, best first.
--   words    at least 40 % of the best document's BM25 score (any score if the query contains OR), 1,000 at most
--   name     a title or author equal to the query, or with a trigram similarity of 0.5 or more
--   meaning  the 50 documents nearest to the query embedding with a cosine similarity of 0.3 or more
--   fitting  if filters and wishes are all that the query says, or few match its words: what has them, by popularity
--   like     documents like the one that the query compares with; matches by words that have marks in common with it
-- private.fuse_matches merges them.
-- The first statement loads pg_trgm: otherwise a role without superuser rights could not set its settings below.
select extensions.similarity('', '');

create or replace function private.search_matches(
    parsed private.parsed_search, known private.understanding, terms private.search_term[],
    query_embedding extensions.vector, filters private.search_filters, viewer private.viewer, as_of integer
)
returns setof private.search_match
language plpgsql stable rows 200 set search_path = ''
set random_page_cost = 1.1 set pg_trgm.similarity_threshold = 0.5 set plan_cache_mode = force_generic_plan
as $$
#variable_conflict use_column
declare
    v_closest constant real := case when known.is_whole then 0.97 else 0.5 end;
    v_name text := left(known.name, 100);
    v_joined text[] := private.joined_names(left(known.name, 100));
    v_words text[] := array(
        select t.word from unnest(known.tokens) as t (word) where t.word not in ('the', 'a', 'an', 'of', 'and', 'in')
    );
    v_is_unknown boolean := private.is_unknown_name(known, terms, viewer);
    v_narrow private.search_filters := known.filters;
    v_is_understood boolean := known.needs <> '{}' or known.wishes is not null
        or known.filters is distinct from filters;
    v_is_narrowed boolean := num_nonnulls(
        v_narrow.kind, v_narrow.genre, v_narrow.language, v_narrow.year_from, v_narrow.year_to, v_narrow.marks_1
    ) > 0;
    -- The words of a comparison, as in "movies like", are not searched for.
    v_liked_words text[] := case
        when known.liked is not null then private.stems_of(array_to_string(private.tokens_of(known, 'liked'), ' '))
    end;
    v_has_left boolean := exists (select from unnest(terms) as t where t.is_left);
    -- A phrase is looked for in the texts, so all documents with its words are candidates.
    v_most integer := case when parsed.phrases is null then 1000 else 100000 end;
    v_share double precision := case when parsed.is_lenient then 0 else 0.4 end;
    v_found private.found_document[];
    v_understood private.understood_document[] := case
        when v_is_understood or known.liked is not null
        then array(select u from private.understood_documents(known, terms, viewer, as_of) as u)
    end;
begin
    v_found := array(
        with weighed as materialized (
            select
                p.document,
                sum(t.idf * p.weight) filter (where t.is_left or not v_has_left) as weight,
                sum(t.idf * p.weight) as whole
            from unnest(terms) as t
            join private.search_postings as p on p.lexeme = t.lexeme and p.document <= as_of
            where known.liked is null or t.is_left or t.lexeme = any(v_liked_words)
            group by p.document
            -- No document above an age limit decides which others are good enough.
            having viewer.age is null or private.is_visible_document(p.document, viewer)
        ), best as materialized (
            select max(w.weight) as weight from weighed as w
        ), telling as materialized (
            select w.document, w.weight / b.weight as words from best as b join weighed as w on w.weight >= v_share * b.weight
        ), worded as materialized (
            select t.document, t.words from telling as t where not v_is_narrowed
            union all
            select t.document, t.words
            from telling as t
            join private.search_documents as d on d.document = t.document
                where v_is_narrowed and private.matches_filters(d, v_narrow)
            order by words desc, document
            limit v_most
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
        ), found as (
            select
                a.document, max(a.words) as words, max(a.closeness) as closeness, bool_or(a.is_titled) as is_titled,
                max(a.similarity) as similarity, max(a.fit) as fit, max(a.likeness) as likeness, max(a.kinship) as kinship
            from (
                select
                    w.document, w.words, null::real as closeness, false as is_titled, null::double precision as similarity,
                    null::integer as fit, null::integer as likeness, null::integer as kinship
                from worded as w
                union all
                select c.document, null, c.closeness, c.is_titled, null, null, null, null from called as c
                union all
                select m.document, null, null, false, m.similarity, null, null, null from meant as m
                union all
                select e.document, null, null, false, null, e.fit, e.likeness, e.kinship
                from unnest(v_understood) as e
                where e.fit is null or known.is_whole or (select count(*) from worded) < 10
            ) as a
            where a.document is distinct from known.liked
            group by a.document
        )
        select row(f.*)::private.found_document from found as f
    );
    return query
    select f.* from private.fuse_matches(v_found, parsed, known, v_has_left, filters, viewer) as f;
end
$$;
comment on function private.search_matches(
    private.parsed_search, private.understanding, private.search_term[], extensions.vector, private.search_filters,
    private.viewer, integer
) is
'Returns the documents that match a query by words, name, meaning or what was understood.';
revoke execute on function private.search_matches(
    private.parsed_search, private.understanding, private.search_term[], extensions.vector, private.search_filters,
    private.viewer, integer
) from public;
grant execute on function private.search_matches(
    private.parsed_search, private.understanding, private.search_term[], extensions.vector, private.search_filters,
    private.viewer, integer
) to anon, authenticated, service_role;
