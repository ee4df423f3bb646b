-- Functions, triggers and policies as sql/ has them.

set lock_timeout = '10s';
set check_function_bodies = off;

-- source: sql/private/search/search_sources.sql
-- What is searched of each item: its texts by how much their words say, and what it is filtered by.
create or replace view private.search_sources with (security_invoker = true) as
with catalogue as (
    select
        c.id as item_id,
        c.kind,
        c.original_language as language,
        c.release_year as year,
        c.popularity,
        c.title,
        nullif(c.original_title, c.title) as original_title,
        '{}'::text[] as authors,
        null::text as subtitle,
        c.overview
    from public.content as c
    union all
    select
        b.id as item_id,
        b.kind,
        b.language,
        b.published_year as year,
        b.popularity,
        b.title,
        null::text as original_title,
        b.authors,
        b.subtitle,
        b.description as overview
    from public.books as b
)

select
    c.*,
    array(
        select g.slug
        from public.item_genres as i
        inner join public.genres as g on i.genre_id = g.id
        where i.item_id = c.item_id
        order by g.slug
    ) as genres,
    (
        select string_agg(g.name, '. ' order by g.slug)
        from public.item_genres as i
        inner join public.genres as g on i.genre_id = g.id
        where i.item_id = c.item_id
    ) as genre_names,
    (
        select string_agg(t.tag, '. ' order by t.tag)
        from public.item_tags as t
        where t.item_id = c.item_id
    ) as tags
from catalogue as c;
comment on view private.search_sources is 'What is searched of each item, and what it is filtered by.';
grant select on private.search_sources to anon, authenticated, service_role;

-- source: sql/private/search/check_search.sql
-- Refuse parameters of search_content that are missing or out of range. Raises 22023, naming the field.
create or replace function private.check_search(
    query text, query_embedding extensions.vector, filters private.search_filters, count integer
)
returns void
language plpgsql immutable set search_path = ''
as $$
begin
    if query !~ '\S' and query_embedding is null or length(query) > 1000 then
        raise exception 'query must have 1 to 1,000 characters'
            using errcode = '22023', detail = '{"field": "query", "min": 1, "max": 1000}';
    end if;
    if query_embedding is not null then
        perform private.check_embedding(query_embedding);
    end if;
    perform private.check_kind(filters.kind);
    if filters.tier not in ('free', 'premium') then
        raise exception 'tier must be free or premium, not %', left(filters.tier, 40)
            using errcode = '22023', detail = '{"field": "tier"}';
    end if;
    perform private.check_range('year_from', coalesce(filters.year_from, 0), 0, 3000);
    perform private.check_range('year_to', coalesce(filters.year_to, 0), 0, 3000);
    perform private.check_range('count', count, 1, 100);
end
$$;
comment on function private.check_search(text, extensions.vector, private.search_filters, integer) is
'Refuse parameters of search_content that are missing or out of range.';
revoke execute on function private.check_search(text, extensions.vector, private.search_filters, integer) from public;
grant execute on function private.check_search(text, extensions.vector, private.search_filters, integer)
to anon, authenticated, service_role;

-- source: sql/private/search/folded.sql
-- A name in lower case, without accents, its words parted by single spaces; one of punctuation alone stays as it is.
create or replace function private.fold_name(name text) returns text
language sql stable set search_path = ''
as $$
    select coalesce(
        nullif(
            btrim(
                regexp_replace(
                    lower(extensions.unaccent('extensions.unaccent'::regdictionary, name)),
                    '[[:punct:][:space:]]+', ' ', 'g'
                )
            ),
            ''
        ),
        lower(btrim(name))
    )
$$;
comment on function private.fold_name(text) is 'A name without case, accents and punctuation.';
revoke execute on function private.fold_name(text) from public;
grant execute on function private.fold_name(text) to anon, authenticated, service_role;

-- source: sql/private/search/forget_words.sql
-- Trigger: a document's words go with it.
-- Definer: nobody else writes what search reads.
create or replace function private.delete_words() returns trigger
language plpgsql security definer set search_path = ''
as $$
begin
    delete from private.search_postings as p
    using changed_rows as c
    where p.document = c.document;
    return null;
end
$$;
comment on function private.delete_words() is 'Trigger: a document''s words go with it.';
revoke execute on function private.delete_words() from public;

-- source: sql/private/search/has_phrases.sql
-- Do the texts of an item have all of these phrases, word for word, and none of the others?
create or replace function private.has_phrases(item_id uuid, phrases text[], excluded text[]) returns boolean
language plpgsql stable set search_path = ''
as $$
declare
    v_text text;
begin
    select ' ' || private.fold_name(
        concat_ws(' ', s.title, s.original_title, array_to_string(s.authors, ' '), s.subtitle, s.overview)
    ) || ' ' into v_text
    from private.search_sources as s
    where s.item_id = has_phrases.item_id;
    return
        (select coalesce(bool_and(strpos(v_text, ' ' || private.fold_name(p) || ' ') > 0), true) from unnest(phrases) as p)
        and not exists (
            select from unnest(excluded) as p where strpos(v_text, ' ' || private.fold_name(p) || ' ') > 0
        );
end
$$;
comment on function private.has_phrases(uuid, text[], text[]) is 'Does an item have these phrases, and not others?';
revoke execute on function private.has_phrases(uuid, text[], text[]) from public;
grant execute on function private.has_phrases(uuid, text[], text[]) to anon, authenticated, service_role;

-- source: sql/private/search/index_changed.sql
-- Trigger: what is searched of items follows the catalogue, in the writer's own transaction. Its argument is the
-- column of the changed rows that names the item, or genre_id: all items of these genres.
-- Definer: nobody else writes what search reads.
create or replace function private.index_changed() returns trigger
language plpgsql security definer set search_path = ''
as $$
declare
    v_items uuid[];
begin
    case tg_argv[0]
        when 'id' then
            select array_agg(distinct c.id) into v_items from changed_rows as c;
        when 'item_id' then
            select array_agg(distinct c.item_id) into v_items from changed_rows as c;
        when 'genre_id' then
            select array_agg(distinct i.item_id) into v_items
            from public.item_genres as i
            where i.genre_id in (select c.id from changed_rows as c);
    end case;
    if v_items is not null then
        perform private.index_items(v_items);
    end if;
    return null;
end
$$;
comment on function private.index_changed() is 'Trigger: what is searched follows the catalogue.';
revoke execute on function private.index_changed() from public;

-- source: sql/private/search/index_items.sql
-- Write the documents of items as the catalogue has them now, and the words and names of those whose texts changed.
create or replace function private.index_items(item_ids uuid[]) returns void
language plpgsql set search_path = ''
as $$
declare
    v_changed integer[];
begin
    with sources as (
        select
            s.*,
            md5(
                concat_ws(
                    chr(1), s.title, s.original_title, s.authors::text, s.subtitle, s.overview, s.genre_names, s.tags
                )
            )::uuid as texts_hash
        from private.search_sources as s
        join public.items as i on i.id = s.item_id
        where s.item_id = any(item_ids)
    ), fresh as (
        select s.item_id, s.texts_hash
        from sources as s
        left join private.search_documents as d on d.item_id = s.item_id
        where d.texts_hash is distinct from s.texts_hash
    ), written as (
        insert into private.search_documents as d (
            item_id, kind, language, year, genres, popularity, stemmer, texts_hash
        )
        select
            s.item_id, s.kind, s.language, s.year, s.genres, s.popularity,
            private.stemmer_of(s.language, concat_ws('. ', s.title, s.subtitle, s.overview)), s.texts_hash
        from sources as s
        order by s.item_id
        on conflict (item_id) do update set
            language = excluded.language,
            year = excluded.year,
            genres = excluded.genres,
            popularity = excluded.popularity,
            stemmer = excluded.stemmer,
            texts_hash = excluded.texts_hash
        where
            (d.language, d.year, d.genres, d.popularity, d.texts_hash)
            is distinct from
            (excluded.language, excluded.year, excluded.genres, excluded.popularity, excluded.texts_hash)
        returning d.document, d.item_id, d.popularity
    ), moved as (
        update private.search_names as n set popularity = w.popularity
        from written as w
        where n.document = w.document and n.popularity <> w.popularity
    )
    select array_agg(w.document order by w.document) into v_changed
    from written as w
    where w.item_id in (select f.item_id from fresh as f);
    if v_changed is not null then
        perform private.index_words(v_changed), private.index_names(v_changed);
    end if;
end
$$;
comment on function private.index_items(uuid[]) is 'Write the documents of items as the catalogue has them now.';
revoke execute on function private.index_items(uuid[]) from public;
grant execute on function private.index_items(uuid[]) to service_role;

-- source: sql/private/search/index_names.sql
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
    cross join lateral string_to_array(private.fold_name(n.name), ' ') as w (words)
    cross join lateral generate_series(1, least(cardinality(w.words), 8)) as p (place)
    where d.document = any(documents) and n.name is not null
$$;
comment on function private.index_names(integer[]) is 'Write the names of documents anew.';
revoke execute on function private.index_names(integer[]) from public;
grant execute on function private.index_names(integer[]) to service_role;

-- source: sql/private/search/index_words.sql
-- Write the words of documents, those that changed only, and make new ones known.
-- A weight is BM25F's (Robertson, Zaragoza, 2009) without the idf, at k1 1.2 and b 0.5: a title's words count three
-- times, other names' two times, by the length of a document as long as most are, so that no weight hangs on others.
create or replace function private.index_words(documents integer[]) returns void
language sql set search_path = ''
as $$
    with texts as materialized (
        select d.document, d.stemmer, t.boost, t.text
        from private.search_documents as d
        join private.search_sources as s on s.item_id = d.item_id
        cross join lateral (
            values
            (3, s.title), (2, s.original_title), (2, array_to_string(s.authors, '. ')), (2, s.subtitle),
            (1, s.genre_names), (1, s.tags), (1, s.overview)
        ) as t (boost, text)
        where d.document = any(documents) and t.text <> ''
    ), counted as (
        select t.document, l.lexeme, sum(t.boost * cardinality(l.places)) as count
        from texts as t
        cross join lateral private.lexemes(t.stemmer, t.text) as l
        group by t.document, l.lexeme
    ), weighed as materialized (
        select
            c.document, c.lexeme,
            (2.2 * c.count / (c.count + 1.2 * (0.5 + 0.5 * sum(c.count) over (partition by c.document) / 40)))::real
            as weight
        from counted as c
        where length(c.lexeme) <= 100
    ), gone as (
        delete from private.search_postings as p
        where
            p.document = any(documents)
            and not exists (select from weighed as w where w.document = p.document and w.lexeme = p.lexeme)
    ), written as (
        insert into private.search_postings as p (lexeme, document, weight)
        select w.lexeme, w.document, w.weight
        from weighed as w
        order by w.lexeme, w.document
        on conflict (lexeme, document) do update set weight = excluded.weight
        where p.weight <> excluded.weight
    ), words as (
        select distinct w.word
        from texts as t
        cross join lateral regexp_split_to_table(private.fold_name(t.text), ' ') as w (word)
        where length(w.word) between 3 and 30 and w.word !~ '^[0-9]+$'
    )
    insert into private.search_words (word)
    select w.word
    from words as w
    where not exists (select from private.search_words as k where k.word = w.word)
    order by w.word
    on conflict do nothing
$$;
comment on function private.index_words(integer[]) is 'Write the words of documents.';
revoke execute on function private.index_words(integer[]) from public;
grant execute on function private.index_words(integer[]) to service_role;

-- source: sql/private/search/is_listed.sql
-- May the viewer see the item of a document? As private.is_available; a function of its own, since with a table that
-- has row level security in the same query the planner reads no index in its order.
create or replace function private.is_visible_document(document integer, viewer private.viewer) returns boolean
language plpgsql stable set search_path = ''
as $$
begin
    return (
        select private.is_available(i, viewer)
        from private.search_documents as d
        join public.items as i on i.id = d.item_id
        where d.document = is_listed.document
    );
end
$$;
comment on function private.is_visible_document(integer, private.viewer) is 'May the viewer see the item of a document?';
revoke execute on function private.is_visible_document(integer, private.viewer) from public;
grant execute on function private.is_visible_document(integer, private.viewer) to anon, authenticated, service_role;

-- source: sql/private/search/lexemes.sql
-- The words of a text as one of the text search configurations leaves them, with their places. Punctuation parts
-- words. Chinese, Japanese and Korean text, which knows no spaces, gives each two characters that stand together.
create or replace function private.lexemes(stemmer text, text text)
returns table (lexeme text, places integer[])
language sql stable rows 50 set search_path = ''
as $$
    select w.lexeme, w.positions::integer[]
    from unnest(
        to_tsvector(
            ('private.' || stemmer)::regconfig,
            regexp_replace(text, '[[:punct:]]+', ' ', 'g')
        )
    ) as w
    union all
    select substr(r.run[1], p.place, 2), array_agg(1000 + p.place)
    from regexp_matches(
        case when text ~ '[\u3040-\u30ff\u3400-\u9fff\uac00-\ud7af\uf900-\ufaff]' then text end,
        '[\u3040-\u30ff\u3400-\u9fff\uac00-\ud7af\uf900-\ufaff]{2,}', 'g'
    ) as r (run)
    cross join lateral generate_series(1, length(r.run[1]) - 1) as p (place)
    group by 1
$$;
comment on function private.lexemes(text, text) is 'The words of a text, stemmed, with their places.';
revoke execute on function private.lexemes(text, text) from public;
grant execute on function private.lexemes(text, text) to anon, authenticated, service_role;

-- source: sql/private/search/marked.sql
-- Text as HTML: escaped, the words looked for in mark elements; of a long one the part that has most of them.
create or replace function private.highlight(stemmer text, text text, lexemes tsquery, is_whole boolean) returns text
language sql stable set search_path = ''
as $$
    select ts_headline(
        ('private.' || stemmer)::regconfig,
        replace(replace(replace(replace(text, '&', '&amp;'), '<', '&lt;'), '>', '&gt;'), '"', '&quot;'),
        lexemes,
        'StartSel=<mark>, StopSel=</mark>, MinWords=15, MaxWords=35, HighlightAll=' || is_whole
    )
$$;
comment on function private.highlight(text, text, tsquery, boolean) is 'Text as HTML, the words looked for marked.';
revoke execute on function private.highlight(text, text, tsquery, boolean) from public;
grant execute on function private.highlight(text, text, tsquery, boolean) to anon, authenticated, service_role;

-- source: sql/private/search/meant_texts.sql
-- What a text that somebody is typing may have been meant for: each word that the catalogue never had, the last one
-- also not as a beginning, taken for one like it; three at most, the likeliest first.
create or replace function private.spelling_corrections(typed text) returns setof text
language sql stable rows 3 set search_path = ''
as $$
    with typed_words as (
        select w.word, w.place, w.place = max(w.place) over () as is_last
        from regexp_split_to_table(typed, ' ') with ordinality as w (word, place)
    ), words as materialized (
        select
            w.place, w.word,
            array(
                select private.similar_words(w.word, w.is_last)
                where not exists (
                    select
                    from private.search_words as k
                    where
                        k.word >= w.word and k.word < w.word || chr(1114111) and (w.is_last or k.word = w.word)
                )
            ) as meant
        from typed_words as w
    )
    select string_agg(coalesce(w.meant[n.rank], w.meant[1], w.word), ' ' order by w.place)
    from words as w
    cross join generate_series(1, 3) as n (rank)
    group by n.rank
    having bool_or(w.meant[n.rank] is not null)
    order by n.rank
$$;
comment on function private.spelling_corrections(text) is 'What a misspelt text that somebody is typing may have meant.';
revoke execute on function private.spelling_corrections(text) from public;
grant execute on function private.spelling_corrections(text) to anon, authenticated, service_role;

-- source: sql/private/search/names_from.sql
-- Names that go on, from one of their words, as a text begins (private.fold_name), of what the viewer may see: the most
-- popular of them, among the 2,000 most popular that begin so. One to three letters are looked up by indexes that are
-- in order of popularity.
create or replace function private.names_by_prefix(beginning text, viewer private.viewer, count integer)
returns setof private.search_names
language plpgsql stable rows 40 set search_path = ''
as $$
declare
    v_begins constant text := case
        when length(beginning) <= 3 then format('left(n.start, %s) = $1', length(beginning))
        else 'n.start >= $1 and n.start < $1 || chr(1114111)'
    end;
begin
    return query execute format(
        'select n.*
        from (
            select n.* from private.search_names as n where %s order by n.popularity desc limit 2000
        ) as n
        where private.is_visible_document(n.document, $2)
        limit $3',
        v_begins
    )
    using beginning, viewer, names_from.count;
end
$$;
comment on function private.names_by_prefix(text, private.viewer, integer) is 'The most popular names that begin so.';
revoke execute on function private.names_by_prefix(text, private.viewer, integer) from public;
grant execute on function private.names_by_prefix(text, private.viewer, integer) to anon, authenticated, service_role;

-- source: sql/private/search/nearest_documents.sql
-- Documents nearest in meaning to a vector among those that pass the filters, as many as asked for if so many pass.
-- Up to 5,000 that pass are compared one by one; among more, the index of each kind is walked until it has enough.
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
    v_few constant integer := 5000;
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

-- source: sql/private/search/nearest_of_kind.sql
-- Documents of a kind nearest to a vector among those that pass the filters: the index of that kind is walked until
-- there are enough, and some more, since it is of half precision: the stored vectors decide. Planned at each call, so
-- that it is this index.
-- The first statement loads pgvector: only then may one who is no superuser name its settings.
select '[0]'::extensions.vector;

create or replace function private.nearest_by_index(
    query_embedding extensions.vector,
    kind text,
    filters private.search_filters,
    viewer private.viewer,
    as_of integer,
    count integer
)
returns table (document integer, similarity double precision)
language plpgsql stable rows 100 set search_path = ''
set hnsw.ef_search = 200 set hnsw.iterative_scan = strict_order set hnsw.max_scan_tuples = 200000
set plan_cache_mode = force_custom_plan
as $$
#variable_conflict use_column
begin
    return query
    with near as materialized (
        select d.document, e.embedding
        from public.item_embeddings as e
        join private.search_documents as d on d.item_id = e.item_id
        join public.items as i on i.id = e.item_id
        where e.kind = nearest_of_kind.kind and d.document <= as_of and private.is_visible_match(d, i, filters, viewer)
        order by
            e.embedding::extensions.halfvec(384)
            operator(extensions.<=>) query_embedding::extensions.halfvec(384)
        limit nearest_of_kind.count + 10
    ), measured as (
        select n.document, n.embedding operator(extensions.<=>) query_embedding as distance from near as n
    )
    select m.document, 1 - m.distance
    from measured as m
    order by m.distance, m.document
    limit nearest_of_kind.count;
end
$$;
comment on function private.nearest_by_index(
    extensions.vector, text, private.search_filters, private.viewer, integer, integer
) is 'Documents of a kind nearest to a vector among those that pass the filters.';
revoke execute on function private.nearest_by_index(
    extensions.vector, text, private.search_filters, private.viewer, integer, integer
) from public;
grant execute on function private.nearest_by_index(
    extensions.vector, text, private.search_filters, private.viewer, integer, integer
) to anon, authenticated, service_role;

-- source: sql/private/search/parse_search.sql
-- A query in the syntax that people know: words, "phrases", -excluded and OR; anything else in it is text.
-- Of the words the first 32 count. OR: what matches any of the words is found, however little it says.
create or replace function private.parse_search(query text) returns private.parsed_search
language sql stable set search_path = ''
as $$
    with tokens as (
        select
            t.place,
            t.found[1] = '-' as is_excluded,
            t.found[2] is not null as is_phrase,
            coalesce(t.found[2], t.found[3]) as token
        from regexp_matches(query, '(-?)(?:"([^"]*)"?|([^\s"]+))', 'g') with ordinality as t (found, place)
    ), kept as (
        select
            t.*,
            lower(t.token) = 'or' and not t.is_phrase
            and t.place not in (min(t.place) over (), max(t.place) over ()) as is_or
        from tokens as t
        where btrim(private.fold_name(t.token)) <> '' and t.place <= 32
    )
    select row(
        coalesce(
            string_agg(k.token, ' ' order by k.place) filter (where not k.is_excluded and not k.is_or),
            case count(*) when 0 then query else '' end
        ),
        array_agg(k.token order by k.place) filter (where k.is_phrase and not k.is_excluded),
        coalesce(
            string_agg(k.token, ' ' order by k.place) filter (where k.is_excluded and not k.is_phrase and not k.is_or), ''
        ),
        array_agg(k.token order by k.place) filter (where k.is_phrase and k.is_excluded),
        coalesce(bool_or(k.is_or), false)
    )::private.parsed_search
    from kept as k
$$;
comment on function private.parse_search(text) is 'What a query asks for, in the syntax of search engines.';
revoke execute on function private.parse_search(text) from public;
grant execute on function private.parse_search(text) to anon, authenticated, service_role;

-- source: sql/private/search/query_terms.sql
-- The words that a query looks for, as the stemmers in use leave them, each with what it tells: BM25's idf, counted
-- among the documents up to one. English stop words are left out. A word that the catalogue never had may
-- be meant for those like it, at two thirds. The words that tell most come first, as many as have 30,000 places in
-- documents together, at least one.
create or replace function private.query_terms(words text, as_of integer)
returns setof private.search_term
language plpgsql stable rows 10 set search_path = ''
as $$
#variable_conflict use_column
declare
    v_most constant integer := 30000;
    v_stemmers text[] := array(select private.stemmers());
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
    ), misspelt as materialized (
        select s.place, s.lexeme as word
        from spelt as s
        where
            s.stemmer = 'simple'
            and s.lexeme ~ '[^0-9]'
            and s.place in (select k.place from slots as k where k.place < 1000)
            and not exists (select from private.search_words as w where w.word = s.lexeme)
    ), terms as (
        select s.lexeme, s.place, false as is_meant from slots as s
        union
        select l.lexeme, null, true
        from misspelt as m
        cross join lateral private.similar_words(m.word) as w (word)
        cross join lateral unnest(v_stemmers) as s (stemmer)
        cross join lateral private.lexemes(s.stemmer, w.word) as l
    ), counted as materialized (
        select
            t.*,
            (
                select count(*)
                from (
                    select from private.search_postings as p
                    where p.lexeme = t.lexeme and p.document <= as_of
                    limit v_most
                ) as p
            ) as documents
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
    select o.lexeme, o.idf, o.is_meant
    from ordered as o
    where o.places <= v_most or o.rank = 1;
end
$$;
comment on function private.query_terms(text, integer) is 'The words that a query looks for, and what each tells.';
revoke execute on function private.query_terms(text, integer) from public;
grant execute on function private.query_terms(text, integer) to anon, authenticated, service_role;

-- source: sql/private/search/read_cursor.sql
-- What private.write_cursor wrote; null for null. Raises 22023 for anything else, and for another search's.
create or replace function private.read_cursor(cursor text, search text) returns jsonb
language plpgsql immutable set search_path = ''
as $$
declare
    v_read jsonb;
begin
    if read_cursor.cursor is null then
        return null;
    end if;
    begin
        v_read := convert_from(
            decode(translate(read_cursor.cursor, '-_', '+/') || repeat('=', -length(read_cursor.cursor) & 3), 'base64'),
            'utf8'
        )::jsonb;
        if v_read ->> 'search' = read_cursor.search
            and (v_read ->> 'as_of')::integer >= 0
            and (v_read ->> 'score')::double precision >= 0
            and (v_read ->> 'document')::integer >= 0
        then
            return v_read;
        end if;
    exception when data_exception or invalid_text_representation then
        null;
    end;
    raise exception 'cursor is not that of a page of this search'
        using errcode = '22023', detail = '{"field": "cursor"}',
        hint = 'Send next_cursor as it came, with the query and the filters that it came for.';
end
$$;
comment on function private.read_cursor(text, text) is 'Where the page before ended.';
revoke execute on function private.read_cursor(text, text) from public;
grant execute on function private.read_cursor(text, text) to anon, authenticated, service_role;

-- source: sql/private/search/search_facets.sql
-- How many of the matches there are of each kind, genre, language, decade and tier, most first.
create or replace function private.search_facets(matches private.search_match[]) returns jsonb
language sql stable set search_path = '' set random_page_cost = 1.1
as $$
    with found as materialized (
        select d.kind, d.genres, d.language, d.year / 10 * 10 as decade, m.tier
        from unnest(matches) as m
        join private.search_documents as d on d.document = m.document
    ), counted as (
        select 'kind' as facet, to_jsonb(f.kind) as value, count(*) as count from found as f group by f.kind
        union all
        select 'genre', to_jsonb(g.slug), count(*)
        from found as f
        cross join lateral unnest(f.genres) as g (slug)
        group by g.slug
        union all
        select 'language', to_jsonb(f.language), count(*) from found as f where f.language is not null group by f.language
        union all
        select 'decade', to_jsonb(f.decade), count(*) from found as f where f.decade is not null group by f.decade
        union all
        select 'tier', to_jsonb(f.tier), count(*) from found as f group by f.tier
    )
    select jsonb_object_agg(n.facet, coalesce(c.values, '[]'))
    from unnest(array['kind', 'genre', 'language', 'decade', 'tier']) as n (facet)
    left join (
        select
            c.facet,
            jsonb_agg(jsonb_build_object('value', c.value, 'count', c.count) order by c.count desc, c.value) as values
        from counted as c
        group by c.facet
    ) as c on c.facet = n.facet
$$;
comment on function private.search_facets(private.search_match[]) is
'How many of the matches there are of each kind, genre, language, decade and tier.';
revoke execute on function private.search_facets(private.search_match[]) from public;
grant execute on function private.search_facets(private.search_match[]) to anon, authenticated, service_role;

-- source: sql/private/search/search_matches.sql
-- What matches a query, by words, names and meaning, among the documents up to one that pass the filters.
-- By words: what has at least four tenths of the best one's BM25, 1,000 at most. By name: what is called as the query
-- says, or nearly so. By meaning: the 100 nearest of a similarity of 0.3 or more. The three lists are fused by
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
        from private.nearest_documents(query_embedding, filters, viewer, as_of, 100) as n
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

-- source: sql/private/search/search_results.sql
-- Matches as a client is shown them, as a JSON array in their order.
create or replace function private.search_results(matches private.search_match[], lexemes text[]) returns jsonb
language plpgsql stable set search_path = ''
as $$
declare
    v_lexemes tsquery := array_to_string(
        array(select '''' || replace(replace(l, '\', '\\'), '''', '''''') || '''' from unnest(lexemes) as l), ' | '
    );
begin
    return coalesce(jsonb_agg(to_jsonb(r) - 'place' order by r.place), '[]')
    from (
        select
            c.id, c.kind, c.title, c.overview, c.year, c.language, c.image, m.score, m.place, m.similarity,
            array_remove(array[
                case when m.words is not null then 'words' end,
                case when m.closeness is not null then 'name' end,
                case when m.similarity is not null then 'meaning' end
            ], null) as matched,
            private.highlight(d.stemmer, c.title, v_lexemes, true) as title_html,
            private.highlight(d.stemmer, c.overview, v_lexemes, false) as snippet_html
        from unnest(matches) with ordinality
        as m (document, score, words, closeness, similarity, tier, place)
        join private.search_documents as d on d.document = m.document
        cross join lateral (select c.* from public.catalog_items as c where c.id = d.item_id offset 0) as c
    ) as r;
end
$$;
comment on function private.search_results(private.search_match[], text[]) is 'Matches as a client is shown them.';
revoke execute on function private.search_results(private.search_match[], text[]) from public;
grant execute on function private.search_results(private.search_match[], text[]) to anon, authenticated, service_role;

-- source: sql/private/search/similar_words.sql
-- Words of the catalogue that a word it does not have may have been meant for, at most three, the likeliest first:
-- those that differ in the fewest letters, two at most, one in a word of four. Of a word that is only begun, the
-- words that begin so count too.
-- The first statement loads pg_trgm: only then may one who is no superuser name its settings.
select extensions.similarity('', '');

create or replace function private.similar_words(word text, is_begun boolean default false) returns setof text
language plpgsql stable rows 3 set search_path = '' set pg_trgm.similarity_threshold = 0.25
as $$
#variable_conflict use_column
declare
    v_length integer := length(similar_words.word);
begin
    if v_length not between 4 and 30 then
        return;
    end if;
    return query
    with near as (
        select w.word from private.search_words as w where w.word operator(extensions.%) similar_words.word
        union
        select w.word
        from private.search_words as w
        where is_begun and w.word operator(extensions.%>) similar_words.word
    ), measured as materialized (
        select
            n.word,
            least(
                extensions.levenshtein_less_equal(n.word, similar_words.word, 2),
                case when is_begun then extensions.levenshtein_less_equal(left(n.word, v_length), similar_words.word, 2) end
            ) as distance
        from near as n
    )
    select m.word
    from measured as m
    where
        m.distance <= case when v_length < 5 then 1 else 2 end
        and m.distance = (select min(o.distance) from measured as o)
    order by extensions.similarity(m.word, similar_words.word) desc, m.word
    limit 3;
end
$$;
comment on function private.similar_words(text, boolean) is 'What a misspelt word may have meant.';
revoke execute on function private.similar_words(text, boolean) from public;
grant execute on function private.similar_words(text, boolean) to anon, authenticated, service_role;

-- source: sql/private/search/spellings.sql
-- Words as each of the stemmers in use leaves them.
create or replace function private.stems_of(words text) returns text[]
language plpgsql stable set search_path = ''
as $$
begin
    if words = '' then
        return '{}';
    end if;
    return array(
        select distinct l.lexeme
        from private.stemmers() as s (stemmer)
        cross join lateral private.lexemes(s.stemmer, words) as l
    );
end
$$;
comment on function private.stems_of(text) is 'Words as each of the stemmers in use leaves them.';
revoke execute on function private.stems_of(text) from public;
grant execute on function private.stems_of(text) to anon, authenticated, service_role;

-- source: sql/private/search/stemmer_for.sql
-- The text search configuration of this schema for a language's code; simple where Postgres has no stemmer for it.
create or replace function private.stemmer_for(language text) returns text
language sql immutable set search_path = ''
as $$
    select coalesce(
        '{
            "en": "english", "fr": "french", "de": "german", "es": "spanish", "it": "italian", "pt": "portuguese",
            "ru": "russian", "hi": "hindi", "ta": "tamil", "nl": "dutch", "da": "danish", "no": "norwegian",
            "nb": "norwegian", "sv": "swedish", "tr": "turkish", "ar": "arabic"
        }'::jsonb ->> language,
        'simple'
    )
$$;
comment on function private.stemmer_for(text) is 'The text search configuration for a language.';
revoke execute on function private.stemmer_for(text) from public;
grant execute on function private.stemmer_for(text) to anon, authenticated, service_role;

-- source: sql/private/search/stemmer_of.sql
-- The text search configuration for a text that may be in a language or in English, the catalogue's own: the one
-- that knows more of its words as stop words.
create or replace function private.stemmer_of(language text, text text) returns text
language sql stable set search_path = ''
as $$
    select s.name
    from (values (private.stemmer_for(language), 1), ('english', 2)) as s (name, place)
    order by length(to_tsvector(('private.' || s.name)::regconfig, text)), s.place
    limit 1
$$;
comment on function private.stemmer_of(text, text) is 'The text search configuration that fits a text.';
revoke execute on function private.stemmer_of(text, text) from public;

-- source: sql/private/search/stemmers.sql
-- The text search configurations that made words of the catalogue, found by skipping through their index; simple
-- and english always.
create or replace function private.stemmers() returns setof text
language plpgsql stable rows 4 set search_path = ''
as $$
begin
    return query
    with recursive used (stemmer) as (
        select min(d.stemmer) from private.search_documents as d
        union all
        select (select min(d.stemmer) from private.search_documents as d where d.stemmer > u.stemmer)
        from used as u
        where u.stemmer is not null
    )
    select u.stemmer from used as u where u.stemmer is not null
    union
    values ('simple'), ('english');
end
$$;
comment on function private.stemmers() is 'The text search configurations that queries are read by.';
revoke execute on function private.stemmers() from public;
grant execute on function private.stemmers() to anon, authenticated, service_role;

-- source: sql/private/search/write_cursor.sql
-- Where a page of a search ended, as text that is nobody's to read: of which search, among which documents, the last
-- one's score and number.
create or replace function private.write_cursor(
    search text, as_of integer, score double precision, document integer
)
returns text
language sql immutable set search_path = ''
as $$
    select translate(
        encode(
            convert_to(
                jsonb_build_object('search', search, 'as_of', as_of, 'score', score, 'document', document)::text, 'utf8'
            ),
            'base64'
        ),
        E'+/=\n', '-_'
    )
$$;
comment on function private.write_cursor(text, integer, double precision, integer) is 'Where a page of a search ended.';
revoke execute on function private.write_cursor(text, integer, double precision, integer) from public;
grant execute on function private.write_cursor(text, integer, double precision, integer)
to anon, authenticated, service_role;

-- source: sql/private/search/fits.sql
-- Does a document fit the filters, but for the tier, which hangs on the viewer? Inlined.
create or replace function private.matches_filters(found private.search_documents, filters private.search_filters) returns boolean
language sql stable
return (filters.kind is null or found.kind = filters.kind)
and (filters.genre is null or found.genres @> array[filters.genre])
and (filters.language is null or found.language = filters.language)
and (filters.year_from is null or found.year >= filters.year_from)
and (filters.year_to is null or found.year <= filters.year_to);
comment on function private.matches_filters(private.search_documents, private.search_filters) is
'Does a document fit the filters?';
revoke execute on function private.matches_filters(private.search_documents, private.search_filters) from public;
grant execute on function private.matches_filters(private.search_documents, private.search_filters)
to anon, authenticated, service_role;

-- source: sql/private/search/item_tier.sql
-- The tier that it takes to play an item here and now: free or premium.
create or replace function private.item_tier(item public.items, viewer private.viewer) returns text
language sql stable
return case
    when not item.is_restricted or private.is_offered(item.id, viewer.country, 'free') then 'free' else 'premium'
end;
comment on function private.item_tier(public.items, private.viewer) is 'The tier that it takes to play an item.';
revoke execute on function private.item_tier(public.items, private.viewer) from public;
grant execute on function private.item_tier(public.items, private.viewer) to anon, authenticated, service_role;

-- source: sql/private/search/passes.sql
-- Does a document pass the filters, and may the viewer see its item? Inlined.
create or replace function private.is_visible_match(
    found private.search_documents, item public.items, filters private.search_filters, viewer private.viewer
)
returns boolean
language sql stable
return private.is_available(item, viewer)
and private.matches_filters(found, filters)
and (filters.tier is null or filters.tier = private.item_tier(item, viewer));
comment on function private.is_visible_match(private.search_documents, public.items, private.search_filters, private.viewer) is
'Does a document pass the filters, and may the viewer see its item?';
revoke execute on function private.is_visible_match(
    private.search_documents, public.items, private.search_filters, private.viewer
) from public;
grant execute on function private.is_visible_match(
    private.search_documents, public.items, private.search_filters, private.viewer
) to anon, authenticated, service_role;

-- source: sql/triggers/search.sql
-- What search reads follows the catalogue.
create or replace trigger index_inserted
after insert on public.content referencing new table as changed_rows
for each statement execute function private.index_changed('id');

create or replace trigger index_updated
after update on public.content referencing new table as changed_rows
for each statement execute function private.index_changed('id');

create or replace trigger index_inserted
after insert on public.books referencing new table as changed_rows
for each statement execute function private.index_changed('id');

create or replace trigger index_updated
after update on public.books referencing new table as changed_rows
for each statement execute function private.index_changed('id');

create or replace trigger index_inserted
after insert on public.item_genres referencing new table as changed_rows
for each statement execute function private.index_changed('item_id');

create or replace trigger index_updated_from
after update on public.item_genres referencing old table as changed_rows
for each statement execute function private.index_changed('item_id');

create or replace trigger index_updated_to
after update on public.item_genres referencing new table as changed_rows
for each statement execute function private.index_changed('item_id');

create or replace trigger index_deleted
after delete on public.item_genres referencing old table as changed_rows
for each statement execute function private.index_changed('item_id');

create or replace trigger index_inserted
after insert on public.item_tags referencing new table as changed_rows
for each statement execute function private.index_changed('item_id');

create or replace trigger index_updated_from
after update on public.item_tags referencing old table as changed_rows
for each statement execute function private.index_changed('item_id');

create or replace trigger index_updated_to
after update on public.item_tags referencing new table as changed_rows
for each statement execute function private.index_changed('item_id');

create or replace trigger index_deleted
after delete on public.item_tags referencing old table as changed_rows
for each statement execute function private.index_changed('item_id');

create or replace trigger index_updated
after update on public.genres referencing new table as changed_rows
for each statement execute function private.index_changed('genre_id');

create or replace trigger forget_words
after delete on private.search_documents referencing old table as changed_rows
for each statement execute function private.delete_words();

-- source: sql/access/search_documents.sql
-- Of what everybody may read in the catalogue; searches run as the caller. No API shows the table itself.
revoke all on private.search_documents from anon, authenticated;
grant select on private.search_documents to anon, authenticated;
grant all on private.search_documents to service_role;

-- source: sql/access/search_names.sql
-- Of what everybody may read in the catalogue; searches run as the caller. No API shows the table itself.
revoke all on private.search_names from anon, authenticated;
grant select on private.search_names to anon, authenticated;
grant all on private.search_names to service_role;

-- source: sql/access/search_postings.sql
-- Of what everybody may read in the catalogue; searches run as the caller. No API shows the table itself.
revoke all on private.search_postings from anon, authenticated;
grant select on private.search_postings to anon, authenticated;
grant all on private.search_postings to service_role;

-- source: sql/access/search_words.sql
-- Of what everybody may read in the catalogue; searches run as the caller. No API shows the table itself.
revoke all on private.search_words from anon, authenticated;
grant select on private.search_words to anon, authenticated;
grant all on private.search_words to service_role;

-- source: sql/rpc/search/search_content.sql
-- Films, shows, sports and books found by words and by meaning together, with counts to narrow the search by.
--   query            what to look for, at most 1,000 characters: titles, authors, words of the texts, in any order and
--                    nearly spelt right; "phrases", -excluded words and OR are understood
--   query_embedding  the query as 384 numbers, by the model that item_embeddings.model names; none: words alone
--   kind             movie, tv_show, sports or book; none: all of them
--   genre            a genre's slug; none: any
--   language         ISO 639 code of an item's language; none: any
--   year_from        not before this year, 0 to 3000; none: no matter when
--   year_to          not after this year, 0 to 3000; none: no matter when
--   tier             free or premium: what it takes to play it here and now; none: either
--   count            how many a page, 1 to 100, default 20
--   cursor           next_cursor of the page before, with the same query and filters; none: the first page
-- Returns JSON: results (id, kind, title, overview, year, language, image, score, similarity, matched: words, name,
-- meaning; title_html and snippet_html: escaped, the words in mark elements), best first; total, how many match, 1,000
-- at most; facets (kind, genre, language, decade, tier: value and count among all that match, most first); next_cursor,
-- null on the last page. What comes into the catalogue while somebody turns pages is found by the next search.
-- Raises 22023 for a parameter missing or out of range, or a cursor of another search; named in detail.field.
-- Roles: anon, authenticated, service_role.
-- Example: rpc/search_content {"query": "blade runer", "kind": "movie", "count": 10}
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
    cursor text default null
)
returns jsonb
language plpgsql stable set search_path = ''
as $$
declare
    v_query text := coalesce(search_content.query, '');
    v_count integer := coalesce(search_content.count, 20);
    v_filters private.search_filters := row(
        search_content.kind, search_content.genre, search_content.language, search_content.year_from,
        search_content.year_to, search_content.tier
    );
    v_viewer private.viewer := private.current_viewer();
    v_search text := md5(row(v_query, search_content.query_embedding, v_filters)::text);
    v_parsed private.parsed_search;
    v_after jsonb;
    v_as_of integer;
    v_terms private.search_term[];
    v_matches private.search_match[];
    v_page private.search_match[];
    v_last private.search_match;
    v_score double precision;
begin
    perform private.check_search(v_query, search_content.query_embedding, v_filters, v_count);
    v_after := private.read_cursor(search_content.cursor, v_search);
    v_as_of := coalesce((v_after ->> 'as_of')::integer, (select max(d.document) from private.search_documents as d), 0);
    v_parsed := private.parse_search(v_query);
    v_terms := array(select t from private.query_terms(v_parsed.words, v_as_of) as t);
    v_matches := array(
        select m
        from private.search_matches(
            v_parsed, v_terms, search_content.query_embedding, v_filters, v_viewer, v_as_of
        ) as m
        order by m.score desc, m.document
    );
    v_score := coalesce(
        (select m.score from unnest(v_matches) as m where m.document = (v_after ->> 'document')::integer),
        (v_after ->> 'score')::double precision
    );
    v_page := array(
        select row(m.document, m.score, m.words, m.closeness, m.similarity, m.tier)::private.search_match
        from unnest(v_matches) with ordinality as m (document, score, words, closeness, similarity, tier, place)
        where
            v_after is null
            or m.score < v_score
            or m.score = v_score and m.document > (v_after ->> 'document')::integer
        order by m.place
        limit v_count + 1
    );
    v_last := v_page[v_count];
    return jsonb_build_object(
        'results', private.search_results(v_page[:v_count], array(select t.lexeme from unnest(v_terms) as t)),
        'total', cardinality(v_matches),
        'facets', private.search_facets(v_matches),
        'next_cursor', case
            when cardinality(v_page) > v_count
            then private.write_cursor(v_search, v_as_of, v_last.score, v_last.document)
        end
    );
end
$$;
comment on function public.search_content(
    text, extensions.vector, text, text, text, integer, integer, text, integer, text
) is 'Items found by words and by meaning together, with counts to narrow the search by.';
revoke execute on function public.search_content(
    text, extensions.vector, text, text, text, integer, integer, text, integer, text
) from public;
grant execute on function public.search_content(
    text, extensions.vector, text, text, text, integer, integer, text, integer, text
) to anon, authenticated, service_role;

-- source: sql/rpc/search/suggest.sql
-- Titles and authors for what somebody is typing: those with a word that begins so, the most popular first; then those
-- that do if it is nearly spelt right.
--   q      what was typed so far, at most 200 characters
--   count  how many at most, 1 to 50, default 8
-- Returns suggestion (the name), kind (the item's, or author), id, title, year and image of the item; an author has
-- none of these but the kind.
-- Raises 22023 for a parameter missing or out of range, named in detail.field.
-- Roles: anon, authenticated, service_role.
-- Example: rpc/suggest {"q": "blade ru"}
create or replace function public.suggest(q text default null, count integer default 8)
returns setof public.suggestion
language plpgsql stable rows 8 set search_path = ''
as $$
#variable_conflict use_column
declare
    v_count integer := coalesce(suggest.count, 8);
    v_typed text := private.fold_name(suggest.q);
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
    select
        o.name, case o.field when 'author' then 'author' else c.kind end, c.id, c.title, c.year, c.image
    from once as o
    join private.search_documents as d on d.document = o.document
    left join lateral (
        select c.* from public.catalog_items as c where c.id = d.item_id and o.field <> 'author' offset 0
    ) as c on true
    order by o.place, o.is_whole and o.start = v_typed desc, o.popularity desc, o.name, o.document
    limit v_count;
end
$$;
comment on function public.suggest(text, integer) is 'Titles and authors for what somebody is typing.';
revoke execute on function public.suggest(text, integer) from public;
grant execute on function public.suggest(text, integer) to anon, authenticated, service_role;
