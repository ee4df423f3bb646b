-- Functions, triggers and policies as sql/ has them.

set lock_timeout = '10s';
set check_function_bodies = off;

-- source: sql/private/recommend/pack_item_model.sql
-- Make the weights of a version ready for lists: whoever has written them into item_neighbours calls this at the end,
-- in the same transaction. The 2,000 most rated items that a weight leads to are its targets: of films on MovieLens,
-- the first thousand held all that was ever listed.
-- No nested loops: right after the weights were written the planner takes them for few, and would read all of them
-- for each target.
create or replace function private.pack_item_model(model_id bigint) returns void
language plpgsql set search_path = '' set enable_nestloop = off
as $$
#variable_conflict use_column
begin
    update public.recommendation_models as m set targets = array(
        select t.neighbour_id
        from (
            select distinct n.neighbour_id
            from public.item_neighbours as n
            where n.model_id = pack_item_model.model_id
        ) as t
        left join public.item_stats as s on s.item_id = t.neighbour_id
        order by s.rating_count desc nulls last, t.neighbour_id
        limit 2000
    )
    where m.id = pack_item_model.model_id;

    delete from private.item_weights as w where w.model_id = pack_item_model.model_id;
    insert into private.item_weights (model_id, item_id, weights)
    select
        n.model_id,
        n.item_id,
        format(
            '{%s}/%s', string_agg(t.place || ':' || n.weight, ',' order by t.place), max(cardinality(m.targets))
        )::extensions.sparsevec
    from public.recommendation_models as m
    cross join lateral unnest(m.targets) with ordinality as t (item_id, place)
    join public.item_neighbours as n on n.model_id = m.id and n.neighbour_id = t.item_id
    where m.id = pack_item_model.model_id
    group by n.model_id, n.item_id;
end
$$;
comment on function private.pack_item_model(bigint) is 'Make the weights of a version ready for lists.';
revoke execute on function private.pack_item_model(bigint) from public;

-- source: sql/private/search/nearest_documents.sql
-- Documents nearest in meaning to a vector among those that pass the filters, as many as asked for if so many pass.
-- Up to 8,000 that pass are compared one by one; among more, the index of each kind is walked until it has enough.
create or replace function private.nearest_documents(
    query_embedding extensions.vector,
    filters private.search_filters,
    viewer private.viewer,
    as_of integer,
    count integer
)
returns table (document integer, similarity double precision)
language plpgsql stable rows 100 set search_path = '' set random_page_cost = 1.1 set plan_cache_mode = force_custom_plan
as $$
#variable_conflict use_column
declare
    v_few constant integer := 8000;
    v_passing integer[];
begin
    if query_embedding is null then
        return;
    end if;
    if num_nonnulls(filters.genre, filters.language, filters.year_from, filters.year_to, filters.tier) > 0 then
        v_passing := array(
            select d.document
            from private.search_documents as d
            join public.items as i on i.id = d.item_id
            where private.is_visible_match(d, i, filters, viewer)
            limit v_few + 1
        );
    end if;
    if cardinality(v_passing) <= v_few then
        return query
        select d.document, 1 - (e.embedding operator(extensions.<=>) query_embedding) as similarity
        from private.search_documents as d
        join public.item_embeddings as e on e.item_id = d.item_id
        where d.document = any(v_passing) and d.document <= as_of
        order by similarity desc, d.document
        limit nearest_documents.count;
    else
        return query
        select n.document, n.similarity
        from unnest(array['movie', 'tv_show', 'sports', 'book']) as k (kind)
        cross join lateral private.nearest_by_index(
            query_embedding, k.kind, filters, viewer, as_of, nearest_documents.count
        ) as n
        where filters.kind is null or filters.kind = k.kind
        order by n.similarity desc, n.document
        limit nearest_documents.count;
    end if;
end
$$;
comment on function private.nearest_documents(
    extensions.vector, private.search_filters, private.viewer, integer, integer
) is 'Documents nearest in meaning to a vector among those that pass the filters.';
revoke execute on function private.nearest_documents(
    extensions.vector, private.search_filters, private.viewer, integer, integer
) from public;
grant execute on function private.nearest_documents(
    extensions.vector, private.search_filters, private.viewer, integer, integer
) to anon, authenticated, service_role;

-- source: sql/private/search/search_matches.sql
-- What matches a query, by words, names and meaning, among the documents up to one that pass the filters.
-- By words: what has at least four tenths of the best one's BM25, 1,000 at most. By name: what is called as the query
-- says, or nearly so. By meaning: the 50 nearest of a similarity of 0.3 or more. The three lists are fused by
-- reciprocal rank (Cormack, Clarke, Büttcher, SIGIR 2009; k 60); what is called exactly so comes before all else.
-- At most 1,000.
-- The first statement loads pg_trgm: only then may one who is no superuser name its settings.
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
) is 'What matches a query, by words, names and meaning.';
revoke execute on function private.search_matches(
    private.parsed_search, private.search_term[], extensions.vector, private.search_filters, private.viewer, integer
) from public;
grant execute on function private.search_matches(
    private.parsed_search, private.search_term[], extensions.vector, private.search_filters, private.viewer, integer
) to anon, authenticated, service_role;
