-- Functions, triggers and policies as sql/ has them.

set lock_timeout = '10s';

-- squawk-ignore-file ban-drop-function
-- For viewers with an age limit, search understands, corrects and counts by visible items only: functions take the viewer.
drop function private.is_of_title(text);
drop function private.keyword_spans(text[], text[], private.query_span[]);
drop function private.misspelt_words(text[], private.query_span[]);
drop function private.people_in(text[]);
drop function private.query_terms(text, text, text[], integer);
drop function private.query_tokens(text);
drop function private.understand_concepts(private.understanding, text[]);
drop function private.understand_people(private.understanding, text[]);
set check_function_bodies = off;

-- source: sql/private/platform/limits/check_count.sql
-- Helper. Refuses to count rows by an estimate: the planner estimates from all rows of a table, also those that the
-- caller may not read.
-- Raises 400 count_refused.
create or replace function private.check_count() returns void
language plpgsql stable set search_path = ''
as $$
begin
    if not private.is_service() and private.request_header('prefer') ~* 'count\s*=\s*"?(planned|estimated)' then
        perform private.refuse(
            400, 'count_refused', 'Rows are not counted by an estimate, which depends on rows of others.',
            'Send Prefer: count=exact.'
        );
    end if;
end
$$;
comment on function private.check_count() is 'Raise an error if the caller requests an estimated number of rows.';
revoke execute on function private.check_count() from public;
grant execute on function private.check_count() to anon, authenticated, service_role;

-- source: sql/private/platform/limits/check_request.sql
-- Hook. The REST server calls it before each request (pgrst.db_pre_request). Each check refuses the request by raising.
create or replace function private.check_request() returns void
language plpgsql set search_path = ''
as $$
begin
    perform private.check_session();
    perform private.count_request();
    perform private.check_count();
end
$$;
comment on function private.check_request() is 'Hook. Checks each request to the API before it runs.';
revoke execute on function private.check_request() from public;
grant execute on function private.check_request() to anon, authenticated, service_role;

-- source: sql/private/search/query/is_unknown_name.sql
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

-- source: sql/private/search/query/parse_search.sql
-- Helper. Parses a query in the usual syntax of search engines: words, "phrases", -excluded words and OR; anything else
-- is text. Compatible characters are unified first (NFKC), since one may stand for a phrase. The first 1,000 characters
-- and 32 words count, also where punctuation separates them. With OR anywhere in the query, documents match if they
-- contain any of the words, whatever their score. A query of punctuation alone is searched for as it is.
create or replace function private.parse_search(query text) returns private.parsed_search
language sql stable set search_path = ''
as $$
    with unified as (
        select left(normalize(parse_search.query, nfkc), 1000) as query
    ), tokens as (
        select
            t.place,
            t.found[1] = '-' as is_excluded,
            t.found[2] is not null as is_phrase,
            coalesce(t.found[2], t.found[3]) as token
        from unified as u
        cross join lateral regexp_matches(u.query, '(-?)(?:"([^"]*)"?|([^\s"]+))', 'g') with ordinality as t (found, place)
    ), counted as (
        select
            t.*,
            w.words,
            (sum(cardinality(w.words)) over (order by t.place))::integer - cardinality(w.words) as words_before
        from tokens as t
        cross join lateral (
            select array_remove(regexp_split_to_array(t.token, '[[:punct:][:space:]]+'), '') as words
        ) as w
    ), kept as (
        select
            t.place,
            t.is_excluded,
            t.is_phrase,
            case
                when t.words_before + cardinality(t.words) <= 32 then t.token
                else array_to_string(t.words[:32 - t.words_before], ' ')
            end as token,
            lower(t.token) = 'or' and not t.is_phrase
            and t.place not in (min(t.place) over (), max(t.place) over ()) as is_or
        from counted as t
        where btrim(private.fold_name(t.token)) <> '' and t.place <= 32 and t.words_before < 32
    )
    select row(
        coalesce(
            string_agg(k.token, ' ' order by k.place) filter (where not k.is_excluded and not k.is_or),
            case when count(k.place) = 0 and min(u.query) !~ '[^[:punct:][:space:]]' then min(u.query) else '' end
        ),
        array_agg(k.token order by k.place) filter (where k.is_phrase and not k.is_excluded),
        coalesce(
            string_agg(k.token, ' ' order by k.place) filter (where k.is_excluded and not k.is_phrase and not k.is_or), ''
        ),
        array_agg(k.token order by k.place) filter (where k.is_phrase and k.is_excluded),
        coalesce(bool_or(k.is_or), false)
    )::private.parsed_search
    from unified as u
    left join kept as k on true
$$;
comment on function private.parse_search(text) is 'Parses a query in the usual syntax of search engines.';
revoke execute on function private.parse_search(text) from public;
grant execute on function private.parse_search(text) to anon, authenticated, service_role;

-- source: sql/private/search/query/query_terms.sql
-- Helper. Returns the lexemes of a query, by every stemmer that it is parsed with, each with its BM25 idf over the
-- documents with numbers up to as_of. English stop words are left out. Words similar to misspelt ones are added, with
-- two thirds of their idf. For a viewer with an age limit only documents of visible items count. Terms with the
-- highest idf come first, until they have 30,000 postings together; at least one term is returned.
--   words       the corrected words of the query
--   left_words  those of them that are searched for
create or replace function private.query_terms(
    words text, left_words text, similar_words text[], viewer private.viewer, as_of integer
)
returns setof private.search_term
language plpgsql stable rows 10 set search_path = ''
as $$
#variable_conflict use_column
declare
    v_most constant integer := 30000;
    v_stemmers text[] := array(select private.query_stemmers(words));
    v_left text[] := case when left_words <> words then private.stems_of(left_words) end;
begin
    return query
    with spelt as materialized (
        select l.lexeme, unnest(l.places) as place, s.stemmer
        from unnest(v_stemmers) as s (stemmer)
        cross join lateral private.lexemes(s.stemmer, query_terms.words) as l
    ), slots as materialized (
        select distinct s.lexeme, s.place
        from spelt as s
        where s.place in (select e.place from spelt as e where e.stemmer = 'english')
    ), terms as (
        select s.lexeme, s.place, false as is_meant from slots as s
        union
        select l.lexeme, null, true
        from unnest(similar_words) as w (word)
        cross join lateral unnest(v_stemmers) as s (stemmer)
        cross join lateral private.lexemes(s.stemmer, w.word) as l
    ), counted as materialized (
        select
            t.*,
            case
                when viewer.age is null then (
                    select count(*)
                    from (
                        select from private.search_postings as p
                        where p.lexeme = t.lexeme and p.document <= as_of
                        limit v_most
                    ) as p
                )
                else private.visible_documents(t.lexeme, viewer, as_of)
            end as documents
        from terms as t
    ), shared as (
        select
            c.lexeme, c.is_meant, c.documents,
            least(sum(c.documents) over (partition by coalesce(c.place::text, c.lexeme)), as_of) as alike
        from counted as c
        where c.documents > 0
    ), weighed as (
        select
            s.lexeme,
            max(
                case when s.is_meant then 0.67 else 1 end * ln(1 + (as_of - s.alike + 0.5) / (s.alike + 0.5))
            )::double precision as idf,
            bool_and(s.is_meant) as is_meant,
            max(s.documents) as documents
        from shared as s
        group by s.lexeme
    ), ordered as (
        select
            w.*,
            sum(w.documents) over (order by w.idf desc, w.lexeme) as places,
            row_number() over (order by w.idf desc, w.lexeme) as rank
        from weighed as w
    )
    select o.lexeme, o.idf, o.is_meant, v_left is null or o.is_meant or o.lexeme = any(v_left)
    from ordered as o
    where o.places <= v_most or o.rank = 1;
end
$$;
comment on function private.query_terms(text, text, text[], private.viewer, integer) is
'Returns the lexemes of a query with their BM25 idf.';
revoke execute on function private.query_terms(text, text, text[], private.viewer, integer) from public;
grant execute on function private.query_terms(text, text, text[], private.viewer, integer)
to anon, authenticated, service_role;

-- source: sql/private/search/query/search_matches.sql
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

-- source: sql/private/search/understanding/correct_query.sql
-- Helper. Replaces the misspelt words of a query by similar ones, and says so. A misspelt name of a person is corrected
-- as a whole. For a viewer with an age limit only words of items that it may see count as similar, since another one
-- could name a title.
create or replace function private.correct_query(known private.understanding, viewer private.viewer)
returns private.understanding
language plpgsql stable set search_path = ''
as $$
declare
    v_word record;
    v_said jsonb := '[]';
begin
    for v_word in
        select m.place, m.word, array(
            select s.word
            from unnest(m.similar_words) with ordinality as s (word, place)
            where
                viewer.age is null
                or private.has_visible_word(array[s.word] || ts_lexize('english_stem', s.word), viewer)
            order by s.place
        ) as similar_words
        from private.misspelt_words(known.tokens, known.spans, viewer) as m
        order by m.place
    loop
        continue when v_word.similar_words = '{}';
        known.tokens[v_word.place] := v_word.similar_words[1];
        known.similar_words := known.similar_words || v_word.similar_words;
        v_said := v_said || jsonb_build_object('from', v_word.word, 'to', v_word.similar_words[1]);
    end loop;
    if v_said <> '[]' then
        known.name := array_to_string(known.tokens, ' ');
        known.words := known.name;
        known.text := known.name;
        known.said := known.said || jsonb_build_object('corrections', v_said);
        known.spans := array(select s from private.query_spans(known.tokens) as s);
        known.is_title := private.is_of_title(known.name, viewer);
    end if;
    return known;
end
$$;
comment on function private.correct_query(private.understanding, private.viewer) is
'Replaces the misspelt words of a query by similar ones.';
revoke execute on function private.correct_query(private.understanding, private.viewer) from public;
grant execute on function private.correct_query(private.understanding, private.viewer)
to anon, authenticated, service_role;

-- source: sql/private/search/understanding/is_of_title.sql
-- Helper. Returns whether words are a title or consecutive words of one, from one of its first eight words on. For a
-- viewer with an age limit, hidden titles do not count.
create or replace function private.is_of_title(words text, viewer private.viewer) returns boolean
language plpgsql stable set search_path = ''
as $$
begin
    return exists (
        select from private.search_names as n where n.start = words and n.field <> 'author' and private.is_visible_name(n, viewer)
    )
    or exists (
        select
        from private.search_names as n
        where
            n.start >= words || ' ' and n.start < words || '!' and n.field <> 'author'
            and private.is_visible_name(n, viewer)
    )
    or exists (
        select
        from private.search_names as n
        where
            n.is_whole and n.field <> 'author' and replace(n.start, ' ', '') = any(private.joined_names(words))
            and private.is_visible_name(n, viewer)
    );
end
$$;
comment on function private.is_of_title(text, private.viewer) is
'Returns whether words are a title or consecutive words of one.';
revoke execute on function private.is_of_title(text, private.viewer) from public;
grant execute on function private.is_of_title(text, private.viewer) to anon, authenticated, service_role;

-- source: sql/private/search/understanding/keyword_spans.sql
-- Helper. Returns the words of a query, up to four in a row, that are keywords of items and not in the vocabulary; the
-- longest first, without overlaps. For a viewer with an age limit there are only keywords of items that it may see.
create or replace function private.keyword_spans(
    tokens text[], roles text[], spans private.query_span[], viewer private.viewer
)
returns setof private.query_span
language plpgsql stable rows 2 set search_path = ''
as $$
declare
    v_span private.query_span;
    v_covered boolean[];
begin
    v_covered := array(
        select
            roles[t.place] is not null or exists (
                select from unnest(spans) as s where t.place between s.first and s.last and not '1 filler' = any(s.marks)
            )
        from generate_subscripts(tokens, 1) as t (place)
        order by t.place
    );
    for v_span in
        select
            g.first, g.last, g.phrase,
            array(
                select '1 ' || m
                from unnest(g.marks) as m
                where
                    exists (select from private.search_documents as d where d.marks && array[m])
                    and (viewer.age is null or private.has_visible_mark(array[m], viewer))
            )
        from (
            select
                f.first, l.last, p.phrase,
                array[
                    'keyword:' || p.phrase, 'keyword:' || replace(p.phrase, ' ', '-'),
                    'keyword:' || rtrim(p.phrase, 's'), 'keyword:' || p.phrase || 's'
                ] as marks
            from generate_subscripts(tokens, 1) as f (first)
            cross join lateral generate_series(f.first, least(f.first + 3, cardinality(tokens))) as l (last)
            cross join lateral array_to_string(tokens[f.first:l.last], ' ') as p (phrase)
            where not true = any(v_covered[f.first:l.last]) and length(p.phrase) > 2
        ) as g
        where
            exists (select from private.search_documents as d where d.marks && g.marks)
            and (viewer.age is null or private.has_visible_mark(g.marks, viewer))
        order by g.last - g.first desc, g.first
    loop
        continue when true = any(v_covered[v_span.first:v_span.last]);
        continue when exists (
            select from unnest(spans) as s where s.first = v_span.first and s.last = v_span.last
        );
        for v_place in v_span.first .. v_span.last loop
            v_covered[v_place] := true;
        end loop;
        return next v_span;
    end loop;
end
$$;
comment on function private.keyword_spans(text[], text[], private.query_span[], private.viewer) is
'Returns the words of a query that are keywords of items.';
revoke execute on function private.keyword_spans(text[], text[], private.query_span[], private.viewer) from public;
grant execute on function private.keyword_spans(text[], text[], private.query_span[], private.viewer)
to anon, authenticated, service_role;

-- source: sql/private/search/understanding/misspelt_words.sql
-- Helper. Returns the misspelt words of a query: those of four letters or more that neither the catalogue, in any
-- inflection, nor the vocabulary of queries has, with up to three similar words, those that most documents have first.
-- For a viewer with an age limit the catalogue is what it may see.
create or replace function private.misspelt_words(
    tokens text[], spans private.query_span[], viewer private.viewer
)
returns table (place integer, word text, similar_words text[])
language plpgsql stable rows 2 set search_path = ''
as $$
#variable_conflict use_column
begin
    -- Materialised, so that similar words are looked up for unknown words only, and once.
    return query
    with unknown as materialized (
        select t.place::integer as place, t.word
        from unnest(tokens) with ordinality as t (word, place)
        where
            length(t.word) >= 4
            and t.word ~ '[^0-9]'
            and t.word !~ '^[0-9]{2,4}(s|er)$'
            and not exists (select from unnest(spans) as s where t.place between s.first and s.last)
            and (viewer.age is not null or not exists (select from private.search_words as w where w.word = t.word))
    ), misspelt as materialized (
        select u.place, u.word
        from unknown as u
        where case
            when viewer.age is null
            then not exists (select from private.search_postings as p where p.lexeme = any(private.stems_of(u.word)))
            else not private.has_visible_word(private.stems_of(u.word), viewer)
        end
    ), likely as materialized (
        select
            u.place, u.word, s.word as alike, s.rank,
            (
                select count(*)
                from (
                    select
                    from private.search_postings as p
                    where p.lexeme in (s.word, (ts_lexize('english_stem', s.word))[1])
                    limit 500
                ) as p
            ) as documents
        from misspelt as u
        cross join lateral private.similar_words(u.word) with ordinality as s (word, rank)
    )
    select s.place, s.word, array_agg(s.alike order by s.documents desc, s.rank)
    from likely as s
    group by s.place, s.word;
end
$$;
comment on function private.misspelt_words(text[], private.query_span[], private.viewer) is
'Returns the misspelt words of a query with similar words.';
revoke execute on function private.misspelt_words(text[], private.query_span[], private.viewer) from public;
grant execute on function private.misspelt_words(text[], private.query_span[], private.viewer)
to anon, authenticated, service_role;

-- source: sql/private/search/understanding/people_in.sql
-- Helper. Returns the people that consecutive words of a query name, the longest names first, without overlaps. Names
-- may be written joined or in either order. A last name alone counts too, for the people whom most items credit.
-- For a viewer with an age limit there are only people of items that it may see.
create or replace function private.people_in(tokens text[], viewer private.viewer) returns setof private.query_people
language plpgsql stable rows 2 set search_path = ''
as $$
declare
    v_named private.query_people;
    v_covered boolean[] := array_fill(false, array[cardinality(tokens)]);
begin
    for v_named in
        with parts as materialized (
            select f.first, l.last, n.name, replace(n.name, ' ', '') as joined
            from generate_series(1, cardinality(tokens)) as f (first)
            cross join lateral generate_series(f.first, least(f.first + 3, cardinality(tokens))) as l (last)
            cross join lateral array_to_string(tokens[f.first:l.last], ' ') as n (name)
        ), named as materialized (
            select s.person_id, s.name, s.popularity, s.joined as key, true as is_whole
            from private.search_people as s
            where s.joined = any(array(select p.joined from parts as p))
            union
            select s.person_id, s.name, s.popularity, s.start, false
            from private.search_people as s
            where s.start = any(array(select p.name from parts as p where length(p.name) > 2)) and s.joined is null
        ), known as materialized (
            select n.*
            from named as n
            where viewer.age is null or private.has_visible_mark(array['person:' || n.person_id], viewer)
        )
        select
            p.first, p.last, (array_agg(k.person_id order by k.popularity desc, k.person_id))[:5],
            (array_agg(k.name order by k.popularity desc, k.person_id))[1], not k.is_whole
        from known as k
        join parts as p on case when k.is_whole then p.joined else p.name end = k.key
        group by p.first, p.last, k.is_whole
        order by k.is_whole desc, p.last - p.first desc, p.first
    loop
        if not (true = any(v_covered[v_named.first:v_named.last])) then
            for v_place in v_named.first .. v_named.last loop
                v_covered[v_place] := true;
            end loop;
            return next v_named;
        end if;
    end loop;
end
$$;
comment on function private.people_in(text[], private.viewer) is
'Returns the people that words of a query name.';
revoke execute on function private.people_in(text[], private.viewer) from public;
grant execute on function private.people_in(text[], private.viewer) to anon, authenticated, service_role;

-- source: sql/private/search/understanding/query_tokens.sql
-- Helper. Returns the words of a query, folded. Chinese, Japanese and Korean text is split before and after the phrases
-- of the vocabulary, unless it is a title.
create or replace function private.query_tokens(words text, viewer private.viewer) returns text[]
language plpgsql stable set search_path = ''
as $$
declare
    v_name text := private.fold_name(words);
    v_phrases text;
begin
    if
        v_name ~ '[\u3040-\u30ff\u3400-\u9fff\uac00-\ud7af]'
        and not exists (
            select
            from private.search_names as n
            where
                n.is_whole and replace(n.start, ' ', '') = replace(v_name, ' ', '')
                and private.is_visible_name(n, viewer)
        )
    then
        -- Postgres takes the longest alternative of those that match at a position.
        select string_agg(distinct w.phrase, '|') into v_phrases
        from private.query_words as w
        where w.language in ('ja', 'zh', 'ko') and strpos(v_name, w.phrase) > 0;
        v_name := btrim(regexp_replace(regexp_replace(v_name, '(' || v_phrases || ')', ' \1 ', 'g'), ' +', ' ', 'g'));
    end if;
    return string_to_array(coalesce(v_name, private.fold_name(words)), ' ');
end
$$;
comment on function private.query_tokens(text, private.viewer) is
'Returns the words of a query, folded.';
revoke execute on function private.query_tokens(text, private.viewer) from public;
grant execute on function private.query_tokens(text, private.viewer) to anon, authenticated, service_role;

-- source: sql/private/search/understanding/understand_concepts.sql
-- Helper. Finds genres, moods, languages, countries and keywords in the words before a description. Keywords alone are
-- wishes: items that have them come first, but others may match. Any other need is a filter. If the vocabulary does not
-- hold all of these words, only a language or country counts, and genres beside it.
create or replace function private.understand_concepts(
    known private.understanding, ignored text[], viewer private.viewer
)
returns private.understanding
language plpgsql stable set search_path = ''
as $$
declare
    v_count integer := cardinality(known.tokens);
    v_head integer := v_count;
    v_span private.query_span;
    v_marks text[];
    v_is_covered boolean;
    v_has_origin boolean;
    v_is_film boolean;
    v_keywords boolean;
begin
    for v_span in
        select s.* from unnest(known.spans) as s where s.marks && array['1 about', '1 job:actor'] order by s.first
    loop
        if known.roles[v_span.first] is null and v_span.first > 1 then
            v_head := v_span.first - 1;
            known.roles[v_span.first] := 'filler';
            for v_place in v_span.first + 1 .. v_count loop
                known.roles[v_place] := coalesce(known.roles[v_place], 'left');
            end loop;
            exit;
        end if;
    end loop;
    if not known.is_title and v_head <= 6 and not 'keywords' = any(ignored) then
        known.spans := known.spans || array(
            select s from private.keyword_spans(known.tokens[:v_head], known.roles, known.spans, viewer) as s
        );
    end if;
    v_is_covered := not exists (
        select
        from generate_series(1, v_head) as t (place)
        where
            known.roles[t.place] is null
            and not exists (select from unnest(known.spans) as s where t.place between s.first and s.last)
    );
    select
        coalesce(bool_or(exists (select from unnest(s.marks) as m (mark) where m.mark ~ '^\d (language|country):')), false),
        coalesce(bool_or(
            s.phrase ~ '^(films?|movies?|cinema|peliculas?|kino|filme)$'
            or s.last = v_head and exists (select from unnest(s.marks) as m (mark) where m.mark ~ '^\d genre:')
        ), false)
    into v_has_origin, v_is_film
    from unnest(known.spans) as s
    where s.last <= v_head;
    if not v_is_covered and (known.is_title or not (v_has_origin and v_is_film)) then
        return known;
    end if;
    for v_span in
        select s.* from unnest(known.spans) as s where s.last <= v_head order by s.first
    loop
        continue when num_nonnulls(variadic known.roles[v_span.first:v_span.last]) > 0;
        v_keywords := null;
        for v_marks in
            select array_agg(substr(m.mark, 3) order by m.mark)
            from unnest(v_span.marks) as m (mark)
            where
                m.mark ~ '^\d (genre|keyword|language|country|kind):'
                and private.is_understood(substr(m.mark, 3), known.filters, ignored)
            group by left(m.mark, 1)
            order by left(m.mark, 1)
        loop
            v_keywords := not exists (select from unnest(v_marks) as m (mark) where m.mark not like 'keyword:%');
            if not v_keywords then
                known.needs := known.needs || array_to_string(v_marks, '|');
                for v_place in v_span.first .. v_span.last loop
                    known.roles[v_place] := 'need ' || cardinality(known.needs);
                end loop;
            else
                known.literal := known.literal || array(
                    select m.mark from unnest(v_marks) as m (mark) where substr(m.mark, 9) in (
                        v_span.phrase, replace(v_span.phrase, ' ', '-'), rtrim(v_span.phrase, 's')
                    )
                );
                if known.wishes is null then
                    known.wishes := v_marks;
                else
                    known.wishes_2 := coalesce(known.wishes_2, '{}') || v_marks;
                end if;
            end if;
            if v_keywords and known.roles[v_span.first] is null then
                for v_place in v_span.first .. v_span.last loop
                    known.roles[v_place] := case
                        when v_marks && array[
                            'keyword:' || v_span.phrase, 'keyword:' || replace(v_span.phrase, ' ', '-'),
                            'keyword:' || rtrim(v_span.phrase, 's')
                        ] then 'wish'
                        else 'mood'
                    end;
                end loop;
            end if;
        end loop;
        if v_keywords is null and exists (
            select from unnest(v_span.marks) as m (mark) where m.mark ~ '^\d (filler|job:any|job:director|job:actor)$'
        ) then
            for v_place in v_span.first .. v_span.last loop
                known.roles[v_place] := 'filler';
            end loop;
        end if;
    end loop;
    return known;
end
$$;
comment on function private.understand_concepts(private.understanding, text[], private.viewer) is
'Finds genres, moods, languages, countries and keywords in a query.';
revoke execute on function private.understand_concepts(private.understanding, text[], private.viewer) from public;
grant execute on function private.understand_concepts(private.understanding, text[], private.viewer)
to anon, authenticated, service_role;

-- source: sql/private/search/understanding/understand_people.sql
-- Helper. Finds the people that a query names. A name of several words counts anywhere; a single word only after
-- "directed by", "with" and the like, or if the vocabulary holds all other words. Ignored people are searched for
-- as words.
create or replace function private.understand_people(
    known private.understanding, ignored text[], viewer private.viewer
)
returns private.understanding
language plpgsql stable set search_path = ''
as $$
declare
    v_named private.query_people;
    v_marker private.query_span;
    v_job text;
    v_is_alone boolean;
    v_people jsonb := '[]';
begin
    for v_named in select p.* from private.people_in(known.tokens, viewer) as p loop
        continue when num_nonnulls(variadic known.roles[v_named.first:v_named.last]) > 0;
        v_marker := null;
        select s.* into v_marker
        from unnest(known.spans) as s
        where s.last = v_named.first - 1 and s.marks && array['1 job:director', '1 job:actor', '1 job:any'];
        v_is_alone := not exists (
            select
            from generate_subscripts(known.tokens, 1) as t (place)
            where
                t.place not between v_named.first and v_named.last
                and known.roles[t.place] is null
                and not exists (select from unnest(known.spans) as s where t.place between s.first and s.last)
        );
        continue when known.is_title and not (v_is_alone and v_named.last > v_named.first and not v_named.is_surname)
            and v_marker is null;
        continue when (v_named.is_surname or v_named.first = v_named.last) and not v_is_alone and not coalesce(
            v_marker.marks && array['1 job:director', '1 job:actor'] or v_marker.phrase = 'by', false
        );
        -- A word of the vocabulary, such as French or West, is a name only where a name must follow.
        continue when v_named.first = v_named.last and v_marker is null and exists (
            select from unnest(known.spans) as s where v_named.first between s.first and s.last
        );
        v_job := case
            when '1 job:director' = any(v_marker.marks) then 'director'
            when '1 job:actor' = any(v_marker.marks) then 'actor'
            else 'person'
        end;
        if v_job <> 'person' and not private.has_visible_mark(
            array(select v_job || ':' || p.id from unnest(v_named.people) as p (id)), viewer
        ) then
            v_job := 'person';
        end if;
        for v_place in coalesce(v_marker.first, v_named.first) .. v_named.last loop
            known.roles[v_place] := case
                when 'people' = any(ignored) then 'left' else 'person ' || (cardinality(known.needs) + 1)
            end;
        end loop;
        continue when 'people' = any(ignored);
        known.needs := known.needs
            || array_to_string(array(select v_job || ':' || p.id from unnest(v_named.people) as p (id)), '|');
        v_people := v_people || jsonb_build_object(
            'name', v_named.name, 'phrase', array_to_string(known.tokens[v_named.first:v_named.last], ' '),
            'job', nullif(v_job, 'person'), 'ids', to_jsonb(v_named.people)
        );
    end loop;
    known.said := known.said || jsonb_build_object('people', v_people);
    return known;
end
$$;
comment on function private.understand_people(private.understanding, text[], private.viewer) is
'Finds the people that a query names.';
revoke execute on function private.understand_people(private.understanding, text[], private.viewer) from public;
grant execute on function private.understand_people(private.understanding, text[], private.viewer)
to anon, authenticated, service_role;

-- source: sql/private/search/understanding/understand_search.sql
-- Helper. Returns what a query means, by rules and the vocabulary of private.query_words, without a model:
--   corrections  misspelt words are replaced by similar ones
--   like         the title after "like", whose similar items match
--   people       names, anywhere in the query
--   years        years and decades
--   concepts     genres, moods, languages and countries, if they and words without meaning make up the query up to the
--                description that "about", "where" or "with" begins
-- Of words of a title nothing is understood unless the vocabulary holds all of them; of a query with phrases or OR,
-- nothing. Filters of the caller win. What leaves no visible item is dropped.
--   ignored  what is not understood: corrections, like, people, years, genres, keywords, languages, countries, kinds,
--            or all
create or replace function private.understand_search(
    parsed private.parsed_search, filters private.search_filters, ignored text[], viewer private.viewer
)
returns private.understanding
language plpgsql stable set search_path = ''
as $$
declare
    v_most constant integer := 16;
    v_name text := private.fold_name(parsed.words);
    v_is_literal boolean := coalesce(v_name, '') = '' or 'all' = any(ignored) or parsed.phrases is not null
        or parsed.is_lenient;
    v_tokens text[] := case
        when v_is_literal then string_to_array(v_name, ' ') else private.query_tokens(parsed.words, viewer)
    end;
    v_known private.understanding;
begin
    v_known := row(
        v_tokens, array_fill(null::text, array[coalesce(cardinality(v_tokens), 0)]),
        case when not v_is_literal then array(select s from private.query_spans(v_tokens) as s) end,
        not v_is_literal and private.is_of_title(v_name, viewer), parsed.words, parsed.words, v_name, filters, array[]::text[], null,
        null, null, false, array[]::text[],
        '{"filters": {}, "people": [], "like": null, "corrections": [], "dropped": []}'::jsonb, array[]::text[]
    )::private.understanding;
    if v_is_literal then
        return v_known;
    end if;
    if not v_known.is_title and not 'corrections' = any(ignored) then
        v_known := private.correct_query(v_known, viewer);
    end if;
    if cardinality(v_known.tokens) > v_most then
        return v_known;
    end if;
    if not v_known.is_title and not 'like' = any(ignored) then
        v_known := private.understand_like(v_known, viewer);
    end if;
    v_known := private.understand_people(v_known, ignored, viewer);
    if
        not v_known.is_title
        and num_nonnulls(filters.year_from, filters.year_to) = 0
        and (v_known.name ~ '[0-9]' or exists (
            select from unnest(v_known.spans) as s where s.marks[1] like '1 decade:%'
        ))
    then
        v_known := private.understand_years(v_known, ignored);
    end if;
    -- Long texts without a word of the vocabulary but fillers are descriptions.
    if cardinality(v_known.tokens) <= 6 or exists (
        select
        from unnest(v_known.spans) as s
        cross join lateral unnest(s.marks) as m (mark)
        where m.mark ~ '^\d (genre|keyword|language|country|kind):'
    ) then
        v_known := private.understand_concepts(v_known, ignored, viewer);
    end if;
    return private.settle_query(v_known, filters, viewer);
end
$$;
comment on function private.understand_search(
    private.parsed_search, private.search_filters, text[], private.viewer
) is
'Returns what a query means: people, filters, the title that it compares with, and corrections.';
revoke execute on function private.understand_search(
    private.parsed_search, private.search_filters, text[], private.viewer
) from public;
grant execute on function private.understand_search(
    private.parsed_search, private.search_filters, text[], private.viewer
) to anon, authenticated, service_role;

-- source: sql/private/search/visibility/has_visible_mark.sql
-- Helper. Returns whether the viewer may see an item with one of the marks. For a viewer with an age limit, a person
-- or keyword that only hidden items have must be like one that does not exist.
create or replace function private.has_visible_mark(marks text[], viewer private.viewer) returns boolean
language plpgsql stable set search_path = '' set plan_cache_mode = force_custom_plan
as $$
begin
    return exists (
        select
        from private.search_documents as d
        join public.items as i on i.id = d.item_id
        where d.marks && has_visible_mark.marks and private.is_available(i, viewer)
    );
end
$$;
comment on function private.has_visible_mark(text[], private.viewer) is
'Returns whether the viewer may see an item with one of the marks.';
revoke execute on function private.has_visible_mark(text[], private.viewer) from public;
grant execute on function private.has_visible_mark(text[], private.viewer) to anon, authenticated, service_role;

-- source: sql/private/search/visibility/has_visible_word.sql
-- Helper. Returns whether the viewer may see an item with one of the lexemes in its texts.
create or replace function private.has_visible_word(lexemes text[], viewer private.viewer) returns boolean
language plpgsql stable set search_path = '' set plan_cache_mode = force_custom_plan
as $$
begin
    return exists (
        select
        from private.search_postings as p
        join private.search_documents as d on d.document = p.document
        join public.items as i on i.id = d.item_id
        where p.lexeme = any(lexemes) and private.is_available(i, viewer)
    );
end
$$;
comment on function private.has_visible_word(text[], private.viewer) is
'Returns whether the viewer may see an item with one of the lexemes in its texts.';
revoke execute on function private.has_visible_word(text[], private.viewer) from public;
grant execute on function private.has_visible_word(text[], private.viewer) to anon, authenticated, service_role;

-- source: sql/private/search/visibility/is_visible_name.sql
-- Helper. Returns whether a viewer with an age limit may see the item of a name; true for every other viewer.
create or replace function private.is_visible_name(name private.search_names, viewer private.viewer) returns boolean
language sql stable
return viewer.age is null or private.is_visible_document((name).document, viewer);
comment on function private.is_visible_name(private.search_names, private.viewer) is
'Returns whether a viewer with an age limit may see the item of a name.';
revoke execute on function private.is_visible_name(private.search_names, private.viewer) from public;
grant execute on function private.is_visible_name(private.search_names, private.viewer)
to anon, authenticated, service_role;

-- source: sql/rpc/search/search_content.sql
-- Searches films, shows, sports and books by words and by meaning, and counts the matches by facets. Without a query it
-- browses: all items that match the filters. People, genres, moods, languages, countries, years and "like" with a title
-- are understood in the query. Pages are stable: items added to the catalogue after the first page do not appear on
-- later pages.
--   query            the search text, at most 1,000 characters: words of titles, authors and descriptions in any order;
--                    misspellings are corrected; "phrases", -excluded words and OR are supported. Required unless
--                    query_embedding, a filter or sort is sent
--   query_embedding  the query as 384 numbers, from the model named in item_embeddings.model; if omitted, search by
--                    words alone
--   kind             movie, tv_show, sports or book; if omitted, all kinds
--   genre            a genre's slug; if omitted, all genres
--   language         ISO 639 code of the item's language; if omitted, all languages
--   year_from        earliest year, 0 to 3000; if omitted, no limit
--   year_to          latest year, 0 to 3000; if omitted, no limit
--   tier             free or premium: the tier needed to play the item now in the caller's country; if omitted, both
--   count            results per page, 1 to 100, default 20
--   cursor           next_cursor of the previous page, with the same query and filters; if omitted, the first page
--   sort             popularity, year (latest first), rating (highest first) or title; if omitted, relevance,
--                    or without a query popularity
--   ignore           what is not to be understood in the query: corrections, like, people, years, genres, keywords,
--                    languages, countries, kinds, or all; default nothing
-- Returns JSON: results (id, kind, title, overview, year, language, image, score, similarity, matched: an array of
-- words, name and meaning; title_html and snippet_html: escaped, with matching words in mark elements), best first;
-- total, the number of matches, at most 1,000; facets (kind, genre, language, decade, tier: each a list of value and
-- count over all matches, highest count first); understood: filters (genres, keywords, languages, countries, kinds:
-- each a list of alternatives; year_from, year_to), people (name, phrase, job, ids), like (id, title, phrase; or null),
-- corrections (from, to) and dropped, phrases whose filter left no item; next_cursor, null on the last page; search_id,
-- of a first page, for record_search_click: the search is recorded under it; null if it is not recorded.
-- Raises 22023 for a parameter that is missing or out of range, or for a cursor of another search; named in
-- detail.field.
-- Roles: anon, authenticated, service_role.
-- Example: rpc/search_content {"query": "blade runer", "kind": "movie", "count": 10}
-- Example response: {"total": 3, "facets": {"kind": [{"value": "movie", "count": 3}], "genre": [{"value": "drama",
-- "count": 2}, …], "language": [{"value": "en", "count": 3}], "decade": [{"value": 1990, "count": 2}, {"value": 1980,
-- "count": 1}], "tier": [{"value": "free", "count": 3}]}, "results": [{"id": "de12…", "kind": "movie", "year": 1982,
-- "image": null, "score": 0.033, "title": "Blade Runner", "matched": ["words", "name"], "language": "en", "overview":
-- "In a rainy, neon-lit Los Angeles of 2019, a burnt-out …", "similarity": null, "title_html": "<mark>Blade</mark>
-- <mark>Runner</mark>", "snippet_html": "In a rainy, neon-lit Los Angeles of 2019, a …"}, …], "understood": {"like":
-- null, "people": [], "dropped": [], "filters": {}, "corrections": [{"to": "runner", "from": "runer"}]}, "search_id":
-- "3e1f…", "next_cursor": null}
create or replace function public.search_content(
    query text default null,
    query_embedding extensions.vector default null,
    kind text default null,
    genre text default null,
    language text default null,
    year_from integer default null,
    year_to integer default null,
    tier text default null,
    count integer default 20,
    cursor text default null,
    sort text default null,
    ignore text[] default null
)
returns jsonb
language plpgsql stable set search_path = ''
as $$
declare
    v_query text := coalesce(search_content.query, '');
    v_count integer := coalesce(search_content.count, 20);
    v_filters private.search_filters := row(
        search_content.kind, search_content.genre, search_content.language, search_content.year_from,
        search_content.year_to, search_content.tier, null, null, null, null
    );
    v_ignored text[] := coalesce(search_content.ignore, '{}');
    v_viewer private.viewer := private.current_viewer();
    v_search text;
    v_parsed private.parsed_search;
    v_known private.understanding;
    v_after jsonb;
    v_as_of integer;
    v_terms private.search_term[];
    v_matches private.search_match[];
    v_page private.search_match[];
    v_last private.search_match;
    v_results jsonb;
begin
    perform private.check_search(
        v_query, search_content.query_embedding, v_filters, v_count, search_content.sort, v_ignored
    );
    v_search := md5(
        row(v_query, search_content.query_embedding, v_filters, search_content.sort, v_ignored)::text
    );
    v_after := private.read_cursor(search_content.cursor, v_search);
    v_as_of := coalesce((v_after ->> 'as_of')::integer, (select max(d.document) from private.search_documents as d), 0);
    v_parsed := private.parse_search(v_query);
    v_known := private.understand_search(v_parsed, v_filters, v_ignored, v_viewer);
    if v_query ~ '\S' or search_content.query_embedding is not null then
        v_terms := array(
            select t
            from private.query_terms(
                case when v_known.said -> 'corrections' = '[]' then v_parsed.words else v_known.name end,
                v_known.words, v_known.similar_words, v_viewer, v_as_of
            ) as t
        );
        v_matches := private.sort_matches(
            array(
                select m
                from private.search_matches(
                    v_parsed, v_known, v_terms, search_content.query_embedding, v_filters, v_viewer, v_as_of
                ) as m
                order by m.score desc, m.document
            ),
            search_content.sort
        );
    else
        v_matches := array(
            select m
            from private.browse_documents(v_filters, search_content.sort, v_viewer, v_as_of) as m
            order by m.score desc, m.document
        );
    end if;
    v_page := private.page_of_matches(v_matches, v_after, v_count + 1);
    v_last := v_page[v_count];
    v_results := private.search_results(v_page[:v_count], array(select t.lexeme from unnest(v_terms) as t));
    return jsonb_build_object(
        'results', v_results,
        'total', cardinality(v_matches),
        'facets', private.search_facets(v_matches),
        'understood', v_known.said,
        'next_cursor', case
            when cardinality(v_page) > v_count
            then private.write_cursor(v_search, v_as_of, v_last.score, v_last.document)
        end,
        'search_id', case
            when search_content.cursor is null
            then private.announce_search(
                v_query, to_jsonb(v_filters), search_content.sort, v_known.said, cardinality(v_matches), v_results,
                search_content.query_embedding is not null
            )
        end
    );
end
$$;
comment on function public.search_content(
    text, extensions.vector, text, text, text, integer, integer, text, integer, text, text, text[]
) is
'Searches films, shows, sports and books by words and by meaning, with facets, or browses them.';
revoke execute on function public.search_content(
    text, extensions.vector, text, text, text, integer, integer, text, integer, text, text, text[]
) from public;
grant execute on function public.search_content(
    text, extensions.vector, text, text, text, integer, integer, text, integer, text, text, text[]
) to anon, authenticated, service_role;

-- source: sql/rpc/search/suggest.sql
-- Suggests titles, authors and people while the user types.
-- First come names with a word that starts with the typed text, the most popular first. If there are fewer than count,
-- names that match its spelling corrections follow.
--   q      the typed text, 1 to 200 characters
--   count  maximum number of suggestions, 1 to 50, default 8
-- Returns suggestion (the name), kind (the item's kind, author or person), id, title, year and image of the item; for
-- an author, these four are null; for a person, id is that of people and the others are null.
-- Raises 22023 for a parameter that is missing or out of range, named in detail.field.
-- Roles: anon, authenticated, service_role.
-- Example: rpc/suggest {"q": "blade ru"}
-- Example response: [{"suggestion": "Blade Runner", "kind": "movie", "id": "de12…", "title": "Blade Runner", "year":
-- 1982, "image": null}]
create or replace function public.suggest(q text default null, count integer default 8)
returns setof public.suggestion
language plpgsql stable rows 8 set search_path = ''
as $$
#variable_conflict use_column
declare
    v_count integer := coalesce(suggest.count, 8);
    v_typed text := left(private.fold_name(left(suggest.q, 201)), 201);
    v_viewer private.viewer := private.current_viewer();
begin
    if coalesce(v_typed, '') = '' or length(suggest.q) > 200 then
        raise exception 'q must have 1 to 200 characters'
            using errcode = '22023', detail = '{"field": "q", "min": 1, "max": 200}';
    end if;
    perform private.check_range('count', v_count, 1, 50);
    return query
    with begun as materialized (
        select n.*, 0::bigint as place from private.names_by_prefix(left(v_typed, 100), v_viewer, v_count * 5) as n
    ), named as (
        select b.* from begun as b
        union all
        select n.*, m.place
        from private.spelling_corrections(v_typed) with ordinality as m (typed, place)
        cross join lateral private.names_by_prefix(left(m.typed, 100), v_viewer, v_count * 5) as n
        where (select count(*) from begun) < v_count
    ), once as (
        select distinct on (case n.field when 'author' then private.fold_name(n.name) else n.document::text end)
            n.*
        from named as n
        order by
            case n.field when 'author' then private.fold_name(n.name) else n.document::text end,
            n.place, n.popularity desc, n.is_whole desc, n.field desc, n.name
    )
    select s.suggestion, s.kind, s.id, s.title, s.year, s.image
    from (
        select
            o.name as suggestion, case o.field when 'author' then 'author' else c.kind end as kind, c.id, c.title, c.year,
            c.image, o.place, o.is_whole and o.start = v_typed as is_equal, o.popularity, o.document
        from once as o
        join private.search_documents as d on d.document = o.document
        left join lateral (
            select c.* from public.catalog_items as c where c.id = d.item_id and o.field <> 'author' offset 0
        ) as c on true
        union all
        select p.name, 'person', p.person_id, null, null, null, 0, p.start = v_typed, p.popularity, 0
        from private.people_by_prefix(left(v_typed, 100), v_viewer, v_count) as p
        where length(v_typed) >= 3
    ) as s
    order by s.place, s.is_equal desc, s.popularity desc, s.suggestion, s.document
    limit v_count;
end
$$;
comment on function public.suggest(text, integer) is 'Suggests titles, authors and people while the user types.';
revoke execute on function public.suggest(text, integer) from public;
grant execute on function public.suggest(text, integer) to anon, authenticated, service_role;

-- source: sql/private/search/visibility/visible_documents.sql
-- Helper. Returns the number of documents of visible items that hold a lexeme, 2,000 at most, among those with numbers
-- up to as_of: enough for its weight in a search of a viewer with an age limit.
create or replace function private.visible_documents(lexeme text, viewer private.viewer, as_of integer) returns bigint
language plpgsql stable set search_path = '' set plan_cache_mode = force_custom_plan
as $$
begin
    return (
        select count(*)
        from (
            select
            from private.search_postings as p
            join private.search_documents as d on d.document = p.document
            join public.items as i on i.id = d.item_id
            where
                p.lexeme = visible_documents.lexeme and p.document <= visible_documents.as_of
                and private.is_available(i, visible_documents.viewer)
            limit 2000
        ) as v
    );
end
$$;
comment on function private.visible_documents(text, private.viewer, integer) is
'Returns the number of documents of visible items that hold a lexeme, 2,000 at most.';
revoke execute on function private.visible_documents(text, private.viewer, integer) from public;
grant execute on function private.visible_documents(text, private.viewer, integer) to anon, authenticated, service_role;
