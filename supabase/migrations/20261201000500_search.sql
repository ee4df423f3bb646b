-- The index of words and names, and searches by words and by vectors.

set lock_timeout = '10s';

-- Postgres's own stemmers, without accents; simple, which stems nothing, is for all other languages.
do $$
declare
    v_stemmer text;
begin
    foreach v_stemmer in array array[
        'simple', 'english', 'french', 'german', 'spanish', 'italian', 'portuguese', 'russian', 'hindi', 'tamil',
        'dutch', 'danish', 'norwegian', 'swedish', 'turkish', 'arabic'
    ]
    loop
        execute format('create text search configuration private.%1$I (copy = pg_catalog.%1$I)', v_stemmer);
        execute format(
            'alter text search configuration private.%I alter mapping for hword, hword_part, word '
            'with extensions.unaccent, pg_catalog.%I',
            v_stemmer, case v_stemmer when 'simple' then 'simple' else v_stemmer || '_stem' end
        );
    end loop;
end
$$;

create table private.search_documents (
    document integer generated always as identity primary key,
    item_id uuid not null unique,
    kind text not null,
    language text,
    year smallint,
    genres text[] not null default '{}',
    popularity real not null default 0,
    stemmer text not null,
    texts_hash uuid not null,
    constraint search_documents_item_fkey
    foreign key (item_id, kind) references public.items (id, kind) on delete cascade
);
create index search_documents_genres on private.search_documents using gin (genres);
create index search_documents_kind_year on private.search_documents (kind, year);
create index search_documents_language on private.search_documents (language, year);
create index search_documents_stemmer on private.search_documents (stemmer);
create index search_documents_year on private.search_documents (year);
comment on table private.search_documents is
'Search documents, one row an item: the values that searches filter and count by. Triggers of the catalogue maintain '
'them.';
comment on column private.search_documents.document is
'Increasing number of the document. The pages of a search include documents up to the highest number at its first '
'page.';
comment on column private.search_documents.item_id is 'The item.';
comment on column private.search_documents.kind is 'The item''s kind.';
comment on column private.search_documents.language is 'ISO 639 code of the item''s language.';
comment on column private.search_documents.year is 'Year of release or publication.';
comment on column private.search_documents.genres is 'Slugs of the item''s genres.';
comment on column private.search_documents.popularity is
'The popularity in content or books; orders matches with equal rank.';
comment on column private.search_documents.stemmer is
'The text search configuration (in schema private) that produced the document''s lexemes, chosen by the stop words '
'of its texts.';
comment on column private.search_documents.texts_hash is
'MD5 of the texts behind the postings and names, which are rebuilt only if it changes.';

create table private.search_names (
    document integer not null references private.search_documents (document) on delete cascade,
    field text not null,
    name text not null,
    start text collate "C" not null,
    is_whole boolean not null,
    popularity real not null,
    constraint search_names_field_known check (field in ('title', 'original_title', 'author'))
);
create index search_names_document on private.search_names (document);
create index search_names_first on private.search_names (left(start, 1), popularity desc);
create index search_names_first_three on private.search_names (left(start, 3), popularity desc);
create index search_names_first_two on private.search_names (left(start, 2), popularity desc);
create index search_names_start on private.search_names (start);
create index search_names_whole on private.search_names using gin (start extensions.gin_trgm_ops) where is_whole;
comment on table private.search_names is
'Prefix index of titles and authors for suggestions: one row per name and starting word.';
comment on column private.search_names.document is 'The document.';
comment on column private.search_names.field is 'title, original_title or author.';
comment on column private.search_names.name is 'The name as shown to users.';
comment on column private.search_names.start is
'The name from one of its words on, in lower case, without accents and punctuation.';
comment on column private.search_names.is_whole is 'True if start is the whole name.';
comment on column private.search_names.popularity is 'The document''s popularity; orders suggestions.';

create table private.search_postings (
    lexeme text collate "C" not null,
    document integer not null,
    weight real not null,
    primary key (lexeme, document) include (weight)
);
create index search_postings_document on private.search_postings (document);
comment on table private.search_postings is
'Inverted index: the lexemes of each document with their BM25 weights, without the idf. Triggers write and delete a '
'document''s rows with it; a foreign key would be checked per row and double the time of writing.';
comment on column private.search_postings.lexeme is
'A word as stemmed by the document''s text search configuration; for Chinese, Japanese and Korean, a bigram.';
comment on column private.search_postings.document is 'The document.';
comment on column private.search_postings.weight is
'Term frequency, weighted by field, saturated and normalised by the document''s length (BM25F): 0 to 2.2.';

create table private.search_words (
    word text collate "C" primary key
);
create index search_words_similar on private.search_words using gin (word extensions.gin_trgm_ops);
comment on table private.search_words is
'Vocabulary: every unstemmed word of the catalogue''s texts; spelling corrections are taken from it.';
comment on column private.search_words.word is 'The word, in lower case, without accents.';

create type private.parsed_search as (
    words text, phrases text [], excluded text, excluded_phrases text [], is_lenient boolean
);
comment on type private.parsed_search is
'A parsed query: words and phrases to match, words and phrases to exclude, and whether it contains OR (is_lenient).';

create type private.search_filters as (
    kind text, genre text, language text, year_from integer, year_to integer, tier text
);
comment on type private.search_filters is 'The filters of a search; null: not filtered.';

create type private.search_match as (
    document integer, score double precision, words real, closeness real, similarity real, tier text
);
comment on type private.search_match is
'A document that matches a query: its fused score, its scores by words (the best document has 1), name and meaning, '
'and the tier needed to play it.';

create type private.search_term as (lexeme text, idf double precision, is_meant boolean);
comment on type private.search_term is
'A lexeme of a query with its BM25 idf; is_meant: it comes from a spelling correction.';

create type public.matched_item as (
    id uuid, kind text, title text, overview text, year smallint, language text, image text,
    similarity double precision
);
comment on type public.matched_item is 'An item found by semantic search, with its cosine similarity to the query.';

create type public.suggestion as (suggestion text, kind text, id uuid, title text, year smallint, image text);
comment on type public.suggestion is 'A title or author that matches the typed text.';

-- Functions, triggers and policies as sql/ has them.

set check_function_bodies = off;

-- source: sql/private/search/index/search_sources.sql
-- The input of the search index: each item's texts, in the order of their weight, and the values that filters use.
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
comment on view private.search_sources is 'The input of the search index: the texts and filter values of each item.';
grant select on private.search_sources to anon, authenticated, service_role;

-- source: sql/private/search/index/delete_unused_words.sql
-- Worker. Deletes words that no document contains any more from the vocabulary. Until then the vocabulary may treat
-- such a word as correctly spelt, or offer it as a correction.
create or replace function private.delete_unused_words() returns void
language sql set search_path = ''
as $$
    delete from private.search_words as w
    where not exists (
        select from private.search_postings as p where p.lexeme = any(private.stems_of(w.word))
    )
$$;
comment on function private.delete_unused_words() is 'Deletes words that no document contains any more.';
revoke execute on function private.delete_unused_words() from public;
grant execute on function private.delete_unused_words() to service_role;

-- source: sql/private/search/index/delete_words.sql
-- Trigger. Deletes the postings of deleted documents.
-- Definer: the role that deletes an item may not write the search index.
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
comment on function private.delete_words() is 'Trigger: deletes the postings of deleted documents.';
revoke execute on function private.delete_words() from public;

-- source: sql/private/search/index/index_items.sql
-- Helper. Writes the search documents of items from the catalogue, and the postings and names of those whose texts
-- changed. Each item is looked up by its id, however many there are: while tables are being filled, the planner lacks
-- the statistics to choose a plan.
create or replace function private.index_items(item_ids uuid[]) returns void
language plpgsql set search_path = ''
as $$
declare
    v_sources private.search_sources[];
    v_fresh private.search_sources[];
begin
    -- A concurrent change to another table of the same item waits for this lock, and then reads both changes.
    perform from public.items as i where i.id = any(item_ids) order by i.id for no key update;

    select array_agg(row(s.*)::private.search_sources order by s.item_id) into v_sources
    from unnest(item_ids) as u (item_id)
    cross join lateral (
        select c.*
        from private.search_sources as c
        where c.item_id = u.item_id
        offset 0
    ) as s;

    select array_agg(s) into v_fresh
    from unnest(v_sources) as s
    left join private.search_documents as d on d.item_id = s.item_id
    where d.texts_hash is distinct from private.texts_hash(s);

    insert into private.search_documents as d (
        item_id, kind, language, year, genres, popularity, stemmer, texts_hash
    )
    select
        s.item_id, s.kind, s.language, s.year, s.genres, s.popularity,
        private.stemmer_of(s.language, concat_ws('. ', s.title, s.subtitle, s.overview)), private.texts_hash(s)
    from unnest(v_sources) as s
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
        (excluded.language, excluded.year, excluded.genres, excluded.popularity, excluded.texts_hash);

    update private.search_names as n set popularity = d.popularity
    from private.search_documents as d
    where d.item_id = any(item_ids) and n.document = d.document and n.popularity <> d.popularity;

    if v_fresh is not null then
        perform private.index_words(v_fresh), private.index_names(v_fresh);
    end if;
end
$$;
comment on function private.index_items(uuid[]) is 'Writes the search documents of items from the catalogue.';
revoke execute on function private.index_items(uuid[]) from public;
grant execute on function private.index_items(uuid[]) to service_role;

-- source: sql/private/search/index/index_names.sql
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
    ) as n
    cross join lateral string_to_array(private.fold_name(n.name), ' ') as w (words)
    cross join lateral generate_series(1, least(cardinality(w.words), 8)) as p (place)
    where n.name is not null
$$;
comment on function private.index_names(private.search_sources[]) is 'Rebuilds the name index of documents.';
revoke execute on function private.index_names(private.search_sources[]) from public;
grant execute on function private.index_names(private.search_sources[]) to service_role;

-- source: sql/private/search/index/index_words.sql
-- Helper. Rebuilds the postings of documents, and adds new words to the vocabulary.
-- A posting's weight is that of BM25F (Robertson, Zaragoza, 2009) without the idf, with k1 = 1.2 and b = 0.5. Words of
-- the title count three times, those of the original title, authors and subtitle twice. The average document length is
-- fixed at 40, so that a document's weights do not depend on other documents.
create or replace function private.index_words(sources private.search_sources[]) returns void
language sql set search_path = ''
as $$
    delete from private.search_postings as p
    using unnest(sources) as s
    join private.search_documents as d on d.item_id = s.item_id
    where p.document = d.document;

    with texts as materialized (
        select d.document, d.stemmer, t.boost, t.text
        from unnest(sources) as s
        join private.search_documents as d on d.item_id = s.item_id
        cross join lateral (
            values
            (3, s.title), (2, s.original_title), (2, array_to_string(s.authors, '. ')), (2, s.subtitle),
            (1, s.genre_names), (1, s.tags), (1, s.overview)
        ) as t (boost, text)
        where t.text <> ''
    ), counted as (
        select t.document, l.lexeme, sum(t.boost * cardinality(l.places)) as count
        from texts as t
        cross join lateral private.lexemes(t.stemmer, t.text) as l
        group by t.document, l.lexeme
    ), weighed as (
        select
            c.document, c.lexeme,
            (2.2 * c.count / (c.count + 1.2 * (0.5 + 0.5 * sum(c.count) over (partition by c.document) / 40)))::real
            as weight
        from counted as c
        where length(c.lexeme) <= 100
    ), written as (
        insert into private.search_postings (lexeme, document, weight)
        select w.lexeme, w.document, w.weight
        from weighed as w
        order by w.lexeme, w.document
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
comment on function private.index_words(private.search_sources[]) is
'Rebuilds the postings of documents with BM25F weights.';
revoke execute on function private.index_words(private.search_sources[]) from public;
grant execute on function private.index_words(private.search_sources[]) to service_role;

-- source: sql/private/search/index/texts_hash.sql
-- Helper. Returns a hash of an item's searched texts. If it is unchanged, the postings need no rebuild.
create or replace function private.texts_hash(source private.search_sources) returns uuid
language sql immutable set search_path = ''
as $$
    select md5(
        concat_ws(
            chr(1), source.title, source.original_title, array_to_string(source.authors, chr(2)), source.subtitle,
            source.overview, source.genre_names, source.tags
        )
    )::uuid
$$;
comment on function private.texts_hash(private.search_sources) is
'Returns a hash of the texts of an item that are searched by words.';
revoke execute on function private.texts_hash(private.search_sources) from public;
grant execute on function private.texts_hash(private.search_sources) to service_role;

-- source: sql/private/search/query/check_search.sql
-- Helper. Raises 22023, naming the field, if a parameter of search_content is missing or out of range.
create or replace function private.check_search(
    query text, query_embedding extensions.vector, filters private.search_filters, count integer
)
returns void
language plpgsql immutable set search_path = ''
as $$
begin
    if length(query) > 1000 or query !~ '\S' and query_embedding is null then
        raise exception 'query must have 1 to 1,000 characters'
            using errcode = '22023', detail = '{"field": "query", "min": 1, "max": 1000}';
    end if;
    if query_embedding is not null then
        perform private.check_embedding(query_embedding);
    end if;
    perform private.check_kind(filters.kind);
    perform private.check_length('genre', filters.genre, 100);
    perform private.check_length('language', filters.language, 35);
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
'Raises an error if a parameter of search_content is missing or out of range.';
revoke execute on function private.check_search(text, extensions.vector, private.search_filters, integer) from public;
grant execute on function private.check_search(text, extensions.vector, private.search_filters, integer)
to anon, authenticated, service_role;

-- source: sql/private/search/query/is_visible_document.sql
-- Helper. Returns whether the viewer may see the item of a document (private.is_available). It is a separate function
-- because the planner does not read an index in order if the query also reads a table with row level security.
create or replace function private.is_visible_document(document integer, viewer private.viewer) returns boolean
language plpgsql stable set search_path = ''
as $$
begin
    return (
        select private.is_available(i, viewer)
        from private.search_documents as d
        join public.items as i on i.id = d.item_id
        where d.document = is_visible_document.document
    );
end
$$;
comment on function private.is_visible_document(integer, private.viewer) is
'Returns whether the viewer may see the item of a document.';
revoke execute on function private.is_visible_document(integer, private.viewer) from public;
grant execute on function private.is_visible_document(integer, private.viewer) to anon, authenticated, service_role;

-- source: sql/private/search/query/names_by_prefix.sql
-- Helper. Returns names in which a word starts with the given prefix (normalised by private.fold_name) and whose items
-- the viewer may see, the most popular first, among the 2,000 most popular matches. Prefixes of one to three letters
-- use expression indexes ordered by popularity.
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
    using beginning, viewer, names_by_prefix.count;
end
$$;
comment on function private.names_by_prefix(text, private.viewer, integer) is
'Returns the most popular names in which a word starts with the given prefix.';
revoke execute on function private.names_by_prefix(text, private.viewer, integer) from public;
grant execute on function private.names_by_prefix(text, private.viewer, integer) to anon, authenticated, service_role;

-- source: sql/private/search/query/parse_search.sql
-- Helper. Parses a query in the usual syntax of search engines: words, "phrases", -excluded words and OR; anything else
-- is text. The first 32 words count, also where punctuation separates them. With OR anywhere in the query, documents
-- match if they contain any of the words, whatever their score. A query of punctuation alone is searched for as it is.
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
            case when count(*) = 0 and query !~ '[^[:punct:][:space:]]' then query else '' end
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
comment on function private.parse_search(text) is 'Parses a query in the usual syntax of search engines.';
revoke execute on function private.parse_search(text) from public;
grant execute on function private.parse_search(text) to anon, authenticated, service_role;

-- source: sql/private/search/query/query_terms.sql
-- Helper. Returns the lexemes of a query, by every stemmer in use, each with its BM25 idf over the documents with
-- numbers up to as_of. English stop words are left out. A word that the vocabulary lacks is expanded to its spelling
-- corrections, with two thirds of their idf. Terms with the highest idf come first, until they have 30,000 postings
-- together; at least one term is returned.
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
comment on function private.query_terms(text, integer) is 'Returns the lexemes of a query with their BM25 idf.';
revoke execute on function private.query_terms(text, integer) from public;
grant execute on function private.query_terms(text, integer) to anon, authenticated, service_role;

-- source: sql/private/search/query/read_cursor.sql
-- Helper. Decodes a cursor of private.write_cursor; returns null for null. Raises 22023 for any other text and for a
-- cursor of another search.
create or replace function private.read_cursor(cursor text, search text) returns jsonb
language plpgsql immutable set search_path = ''
as $$
declare
    v_read jsonb;
begin
    if read_cursor.cursor is null then
        return null;
    end if;
    perform private.check_length('cursor', read_cursor.cursor, 1000);
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
    raise exception 'cursor does not belong to this search'
        using errcode = '22023', detail = '{"field": "cursor"}',
        hint = 'Send next_cursor unchanged, with the same query and filters.';
end
$$;
comment on function private.read_cursor(text, text) is 'Decodes the cursor of a page of a search.';
revoke execute on function private.read_cursor(text, text) from public;
grant execute on function private.read_cursor(text, text) to anon, authenticated, service_role;

-- source: sql/private/search/query/search_facets.sql
-- Helper. Returns the number of matches per kind, genre, language, decade and tier, as a JSON object, the highest
-- numbers first.
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
'Returns the number of matches per kind, genre, language, decade and tier.';
revoke execute on function private.search_facets(private.search_match[]) from public;
grant execute on function private.search_facets(private.search_match[]) to anon, authenticated, service_role;

-- source: sql/private/search/query/search_matches.sql
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

-- source: sql/private/search/query/search_results.sql
-- Helper. Returns matches in the form that clients receive, as a JSON array in the given order.
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
comment on function private.search_results(private.search_match[], text[]) is
'Returns matches in the form that clients receive.';
revoke execute on function private.search_results(private.search_match[], text[]) from public;
grant execute on function private.search_results(private.search_match[], text[]) to anon, authenticated, service_role;

-- source: sql/private/search/query/write_cursor.sql
-- Helper. Encodes where a page of a search ended (keyset cursor) as an opaque token: the search, the number up to which
-- documents were searched, and the score and number of the last match.
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
comment on function private.write_cursor(text, integer, double precision, integer) is
'Encodes where a page of a search ended as an opaque cursor.';
revoke execute on function private.write_cursor(text, integer, double precision, integer) from public;
grant execute on function private.write_cursor(text, integer, double precision, integer)
to anon, authenticated, service_role;

-- source: sql/private/search/text/fold_name.sql
-- Helper. Returns a name in lower case, without accents, with single spaces instead of punctuation and white space. A
-- name of punctuation alone stays as it is.
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
comment on function private.fold_name(text) is 'Returns a name without case, accents and punctuation.';
revoke execute on function private.fold_name(text) from public;
grant execute on function private.fold_name(text) to anon, authenticated, service_role;

-- source: sql/private/search/text/has_phrases.sql
-- Helper. Returns whether the texts of an item contain all of these phrases, word for word, and none of the excluded
-- ones. Case, accents and punctuation do not matter.
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
comment on function private.has_phrases(uuid, text[], text[]) is
'Returns whether an item contains all of these phrases and none of the excluded ones.';
revoke execute on function private.has_phrases(uuid, text[], text[]) from public;
grant execute on function private.has_phrases(uuid, text[], text[]) to anon, authenticated, service_role;

-- source: sql/private/search/text/highlight.sql
-- Helper. Returns a text as HTML: escaped, with the matching words in mark elements. A long text is cut to the passage
-- with most matches, unless is_whole is true.
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
comment on function private.highlight(text, text, tsquery, boolean) is
'Returns a text as HTML with the matching words highlighted.';
revoke execute on function private.highlight(text, text, tsquery, boolean) from public;
grant execute on function private.highlight(text, text, tsquery, boolean) to anon, authenticated, service_role;

-- source: sql/private/search/text/lexemes.sql
-- Helper. Returns the lexemes of a text (stemmed words without stop words) with their positions. Punctuation separates
-- words. Chinese, Japanese and Korean text, written without spaces, is indexed as bigrams, at positions above 1000.
--   stemmer  the name of a text search configuration in schema private
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
comment on function private.lexemes(text, text) is 'Returns the lexemes of a text with their positions.';
revoke execute on function private.lexemes(text, text) from public;
grant execute on function private.lexemes(text, text) to anon, authenticated, service_role;

-- source: sql/private/search/text/similar_words.sql
-- Helper. Returns up to three words of the vocabulary that a misspelt word may stand for, the likeliest first: those
-- with the smallest edit distance, at most 2, or at most 1 for a word of four letters; ties are ordered by trigram
-- similarity. Words of fewer than 4 or more than 30 letters have none.
--   is_begun  the word may be incomplete: prefixes of its length are compared as well
-- The first statement loads pg_trgm: otherwise a role without superuser rights could not set its settings below.
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
comment on function private.similar_words(text, boolean) is
'Returns up to three words of the vocabulary that a misspelt word may stand for.';
revoke execute on function private.similar_words(text, boolean) from public;
grant execute on function private.similar_words(text, boolean) to anon, authenticated, service_role;

-- source: sql/private/search/text/spelling_corrections.sql
-- Helper. Returns up to three spelling corrections of a text that is being typed, the likeliest first. Each word that
-- the vocabulary lacks is replaced by a similar one; the last word, which may be incomplete, only if no word of the
-- vocabulary starts with it.
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
comment on function private.spelling_corrections(text) is
'Returns up to three spelling corrections of a text that is being typed.';
revoke execute on function private.spelling_corrections(text) from public;
grant execute on function private.spelling_corrections(text) to anon, authenticated, service_role;

-- source: sql/private/search/text/stemmer_for.sql
-- Helper. Returns the text search configuration (in schema private) for an ISO 639 language code; simple, which does
-- not stem, if Postgres has no stemmer for the language.
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
comment on function private.stemmer_for(text) is 'Returns the text search configuration for a language.';
revoke execute on function private.stemmer_for(text) from public;
grant execute on function private.stemmer_for(text) to anon, authenticated, service_role;

-- source: sql/private/search/text/stemmer_of.sql
-- Helper. Returns the text search configuration for a text that is in the item's language or in English, in which much
-- of the catalogue is written: the one of both that leaves fewer words, since it recognises more of them as stop words.
create or replace function private.stemmer_of(language text, text text) returns text
language sql stable set search_path = ''
as $$
    select s.name
    from (values (private.stemmer_for(language), 1), ('english', 2)) as s (name, place)
    order by length(to_tsvector(('private.' || s.name)::regconfig, text)), s.place
    limit 1
$$;
comment on function private.stemmer_of(text, text) is 'Returns the text search configuration that fits a text.';
revoke execute on function private.stemmer_of(text, text) from public;

-- source: sql/private/search/text/stemmers.sql
-- Helper. Returns the text search configurations in use: those of the indexed documents, read by skipping through an
-- index (loose index scan), and always simple and english.
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
comment on function private.stemmers() is 'Returns the text search configurations that queries are parsed with.';
revoke execute on function private.stemmers() from public;
grant execute on function private.stemmers() to anon, authenticated, service_role;

-- source: sql/private/search/text/stems_of.sql
-- Helper. Returns the lexemes of words by every stemmer in use.
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
comment on function private.stems_of(text) is 'Returns the lexemes of words by every stemmer in use.';
revoke execute on function private.stems_of(text) from public;
grant execute on function private.stems_of(text) to anon, authenticated, service_role;

-- source: sql/private/search/vectors/check_embedding.sql
-- Helper. Raises 22023 unless the query embedding has 384 dimensions and a norm of 0.001 to 60,000: beyond it
-- similarities overflow or are NaN, since the indexes hold vectors at half precision.
create or replace function private.check_embedding(query_embedding extensions.vector) returns void
language plpgsql immutable set search_path = ''
as $$
begin
    if query_embedding is null or extensions.vector_dims(query_embedding) <> 384 then
        raise exception 'query_embedding must have 384 numbers, not %', coalesce(extensions.vector_dims(query_embedding), 0)
            using errcode = '22023', detail = '{"field": "query_embedding", "dimensions": 384}';
    end if;
    if extensions.vector_norm(query_embedding) between 0.001 and 60000 then
        return;
    end if;
    raise exception 'query_embedding must have a norm of 0.001 to 60,000, so not all zeros'
        using errcode = '22023', detail = '{"field": "query_embedding", "min": 0.001, "max": 60000}';
end
$$;
comment on function private.check_embedding(extensions.vector) is
'Raises an error unless the query embedding has 384 dimensions and a usable norm.';
revoke execute on function private.check_embedding(extensions.vector) from public;
grant execute on function private.check_embedding(extensions.vector) to anon, authenticated, service_role;

-- source: sql/private/search/vectors/match_kind.sql
-- Helper. Returns the items of a kind whose embeddings are most similar to the query embedding: the common code of
-- match_movies, match_books and match_content. Raises 22023 if a parameter is missing or out of range.
create or replace function private.match_kind(
    query_embedding extensions.vector, match_threshold double precision, match_count integer, kind text
)
returns setof public.matched_item
language plpgsql stable rows 20 set search_path = ''
as $$
#variable_conflict use_column
declare
    v_threshold double precision := coalesce(match_threshold, 0.4);
    v_count integer := coalesce(match_count, 12);
    v_viewer private.viewer := private.current_viewer();
begin
    perform private.check_embedding(query_embedding);
    perform private.check_range('match_threshold', v_threshold, 0, 1);
    perform private.check_range('match_count', v_count, 1, 200);
    perform private.check_kind(match_kind.kind);
    return query
    select c.id, c.kind, c.title, c.overview, c.year, c.language, c.image, n.similarity
    from private.nearest(query_embedding, coalesce(match_kind.kind, 'movie'), v_count, v_viewer) as n
    join public.catalog_items as c on c.id = n.item_id
    where n.similarity >= v_threshold
    order by n.similarity desc, c.id;
end
$$;
comment on function private.match_kind(extensions.vector, double precision, integer, text) is
'Returns the items of a kind whose embeddings are most similar to a query embedding.';
revoke execute on function private.match_kind(extensions.vector, double precision, integer, text) from public;
grant execute on function private.match_kind(extensions.vector, double precision, integer, text)
to anon, authenticated, service_role;

-- source: sql/private/search/vectors/nearest.sql
-- Helper. Returns the items of a kind nearest to a vector that the viewer may see (null: all items), best first. It is
-- planned at each call, so that the HNSW index of this kind is used; the index is scanned until enough visible items
-- are found. The index stores vectors at half precision and is read in relaxed order, so 10 candidates more than
-- requested are read and sorted by their stored full-precision vectors.
-- The first statement loads pgvector: otherwise a role without superuser rights could not set its settings below.
select '[0]'::extensions.vector;

create or replace function private.nearest(
    query_embedding extensions.vector, kind text, count integer, viewer private.viewer default null
)
returns table (item_id uuid, similarity double precision)
language plpgsql stable rows 20 set search_path = '' set hnsw.ef_search = 240
set hnsw.iterative_scan = relaxed_order set hnsw.max_scan_tuples = 200000 set hnsw.scan_mem_multiplier = 16
set plan_cache_mode = force_custom_plan
as $$
#variable_conflict use_column
begin
    return query
    with near as materialized (
        select e.item_id, e.embedding
        from public.item_embeddings as e
        where
            e.kind = nearest.kind
            and (select private.is_available(i, viewer) from public.items as i where i.id = e.item_id)
        order by
            e.embedding::extensions.halfvec(384)
            operator(extensions.<=>) nearest.query_embedding::extensions.halfvec(384)
        limit nearest.count + 10
    ), measured as (
        select n.item_id, n.embedding operator(extensions.<=>) nearest.query_embedding as distance from near as n
    )
    select m.item_id, 1 - m.distance
    from measured as m
    order by m.distance, m.item_id
    limit nearest.count;
end
$$;
comment on function private.nearest(extensions.vector, text, integer, private.viewer) is
'Returns the items of a kind nearest to a vector, by cosine similarity.';
revoke execute on function private.nearest(extensions.vector, text, integer, private.viewer) from public;
grant execute on function private.nearest(extensions.vector, text, integer, private.viewer)
to anon, authenticated, service_role;

-- source: sql/private/search/vectors/nearest_by_index.sql
-- Helper. Returns the documents of a kind nearest to the query embedding that match the filters, by an iterative scan
-- of the kind's HNSW index until enough match. The index stores vectors at half precision, so 10 more than requested
-- are read and sorted by their stored full-precision vectors. It is planned at each call, so that the index of this
-- kind is used.
-- The first statement loads pgvector: otherwise a role without superuser rights could not set its settings below.
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
set hnsw.ef_search = 180 set hnsw.iterative_scan = strict_order set hnsw.max_scan_tuples = 200000
set hnsw.scan_mem_multiplier = 16
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
        where e.kind = nearest_by_index.kind and d.document <= as_of and private.is_visible_match(d, i, filters, viewer)
        order by
            e.embedding::extensions.halfvec(384)
            operator(extensions.<=>) query_embedding::extensions.halfvec(384)
        limit nearest_by_index.count + 10
    ), measured as (
        select n.document, n.embedding operator(extensions.<=>) query_embedding as distance from near as n
    )
    select m.document, 1 - m.distance
    from measured as m
    order by m.distance, m.document
    limit nearest_by_index.count;
end
$$;
comment on function private.nearest_by_index(
    extensions.vector, text, private.search_filters, private.viewer, integer, integer
) is
'Returns the nearest documents of a kind that match the filters, from the HNSW index.';
revoke execute on function private.nearest_by_index(
    extensions.vector, text, private.search_filters, private.viewer, integer, integer
) from public;
grant execute on function private.nearest_by_index(
    extensions.vector, text, private.search_filters, private.viewer, integer, integer
) to anon, authenticated, service_role;

-- source: sql/private/search/vectors/nearest_documents.sql
-- Helper. Returns the documents nearest to the query embedding that match the filters. Each kind is searched
-- separately, because one may have many matches and another few.
create or replace function private.nearest_documents(
    query_embedding extensions.vector,
    filters private.search_filters,
    viewer private.viewer,
    as_of integer,
    count integer
)
returns table (document integer, similarity double precision)
language sql stable rows 100 set search_path = ''
as $$
    select n.document, n.similarity
    from unnest(array['movie', 'tv_show', 'sports', 'book']) as k (kind)
    cross join lateral private.nearest_filtered(
        query_embedding, k.kind, filters, viewer, as_of, nearest_documents.count
    ) as n
    where query_embedding is not null and (filters.kind is null or filters.kind = k.kind)
    order by n.similarity desc, n.document
    limit nearest_documents.count
$$;
comment on function private.nearest_documents(
    extensions.vector, private.search_filters, private.viewer, integer, integer
) is
'Returns the documents nearest to a query embedding that match the filters.';
revoke execute on function private.nearest_documents(
    extensions.vector, private.search_filters, private.viewer, integer, integer
) from public;
grant execute on function private.nearest_documents(
    extensions.vector, private.search_filters, private.viewer, integer, integer
) to anon, authenticated, service_role;

-- source: sql/private/search/vectors/nearest_filtered.sql
-- Helper. Returns the documents of a kind nearest to the query embedding that match the filters. If at most 8,000
-- documents match the filters, all are compared exactly (pre-filtering), and visibility is checked from the nearest on.
-- If more match, or without filters, the HNSW index is scanned and the filters are checked on each result
-- (post-filtering). A sample of 2 % of the documents, always the same one, estimates the number of matches, so that
-- large numbers are not counted.
create or replace function private.nearest_filtered(
    query_embedding extensions.vector,
    kind text,
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
    v_sampled integer;
    v_items uuid[];
begin
    if num_nonnulls(filters.genre, filters.language, filters.year_from, filters.year_to, filters.tier) > 0 then
        v_sampled := (
            select count(*)
            from private.search_documents as d tablesample system (2) repeatable (0)
            where d.kind = nearest_filtered.kind and private.matches_filters(d, filters)
        );
    end if;
    if v_sampled * 50 <= v_few * 1.5 then
        v_items := array(
            select d.item_id
            from private.search_documents as d
            where d.kind = nearest_filtered.kind and d.document <= as_of and private.matches_filters(d, filters)
            limit v_few + 1
        );
    end if;
    if cardinality(v_items) <= v_few then
        return query
        select f.document, f.similarity
        from (
            select
                m.item_id, m.similarity,
                (
                    select d.document
                    from private.search_documents as d
                    join public.items as i on i.id = d.item_id
                    where d.item_id = m.item_id and private.is_visible_match(d, i, filters, viewer)
                ) as document
            from (
                select e.item_id, 1 - (e.embedding operator(extensions.<=>) query_embedding) as similarity
                from public.item_embeddings as e
                where e.item_id = any(v_items)
                order by similarity desc, e.item_id
                offset 0
            ) as m
            order by m.similarity desc, m.item_id
            offset 0
        ) as f
        where f.document is not null
        order by f.similarity desc, f.item_id
        limit nearest_filtered.count;
    else
        return query
        select n.document, n.similarity
        from private.nearest_by_index(
            query_embedding, nearest_filtered.kind, filters, viewer, as_of, nearest_filtered.count
        ) as n;
    end if;
end
$$;
comment on function private.nearest_filtered(
    extensions.vector, text, private.search_filters, private.viewer, integer, integer
) is
'Returns the documents of a kind nearest to a query embedding that match the filters.';
revoke execute on function private.nearest_filtered(
    extensions.vector, text, private.search_filters, private.viewer, integer, integer
) from public;
grant execute on function private.nearest_filtered(
    extensions.vector, text, private.search_filters, private.viewer, integer, integer
) to anon, authenticated, service_role;

-- source: sql/private/search/query/matches_filters.sql
-- Helper. Returns whether a document matches all filters except the tier, which depends on the viewer. The planner
-- inlines it.
create or replace function private.matches_filters(
    found private.search_documents, filters private.search_filters
) returns boolean
language sql stable
return (filters.kind is null or found.kind = filters.kind)
and (filters.genre is null or found.genres @> array[filters.genre])
and (filters.language is null or found.language = filters.language)
and (filters.year_from is null or found.year >= filters.year_from)
and (filters.year_to is null or found.year <= filters.year_to);
comment on function private.matches_filters(private.search_documents, private.search_filters) is
'Returns whether a document matches all filters except the tier.';
revoke execute on function private.matches_filters(private.search_documents, private.search_filters) from public;
grant execute on function private.matches_filters(private.search_documents, private.search_filters)
to anon, authenticated, service_role;

-- source: sql/private/search/query/is_visible_match.sql
-- Helper. Returns whether a document matches all filters and the viewer may see its item. The planner inlines it.
create or replace function private.is_visible_match(
    found private.search_documents, item public.items, filters private.search_filters, viewer private.viewer
)
returns boolean
language sql stable
return private.is_available(item, viewer)
and private.matches_filters(found, filters)
and (filters.tier is null or filters.tier = private.item_tier(item, viewer));
comment on function private.is_visible_match(
    private.search_documents, public.items, private.search_filters, private.viewer
) is
'Returns whether a document matches all filters and the viewer may see its item.';
revoke execute on function private.is_visible_match(
    private.search_documents, public.items, private.search_filters, private.viewer
) from public;
grant execute on function private.is_visible_match(
    private.search_documents, public.items, private.search_filters, private.viewer
) to anon, authenticated, service_role;

-- source: sql/triggers/search_documents.sql
-- Search documents: the words of a deleted document are deleted.
create or replace trigger forget_words
after delete on private.search_documents referencing old table as changed_rows
for each statement execute function private.delete_words();

-- source: sql/access/search_documents.sql
-- Everyone reads this index of the public catalogue, because searches run as their caller. No API exposes the table.
revoke all on private.search_documents from anon, authenticated;
grant select on private.search_documents to anon, authenticated;
grant all on private.search_documents to service_role;

-- source: sql/access/search_names.sql
-- Everyone reads this index of the public catalogue, because searches run as their caller. No API exposes the table.
revoke all on private.search_names from anon, authenticated;
grant select on private.search_names to anon, authenticated;
grant all on private.search_names to service_role;

-- source: sql/access/search_postings.sql
-- Everyone reads this index of the public catalogue, because searches run as their caller. No API exposes the table.
revoke all on private.search_postings from anon, authenticated;
grant select on private.search_postings to anon, authenticated;
grant all on private.search_postings to service_role;

-- source: sql/access/search_words.sql
-- Everyone reads this index of the public catalogue, because searches run as their caller. No API exposes the table.
revoke all on private.search_words from anon, authenticated;
grant select on private.search_words to anon, authenticated;
grant all on private.search_words to service_role;

-- source: sql/rpc/search/match_books.sql
-- Lists the books most similar to a query embedding, by cosine similarity.
--   query_embedding  384 numbers, from the model named in item_embeddings.model
--   match_threshold  minimum similarity, 0 to 1, default 0.4
--   match_count      maximum number of books, 1 to 200, default 12
-- Returns id, kind, title, overview, year, language, image, similarity; most similar first.
-- Raises 22023 for a parameter that is missing or out of range, named in detail.field.
-- Roles: anon, authenticated, service_role.
-- Example: rpc/match_books {"query_embedding": [0.1, …]}
-- Example response: [{"id": "b3c7…", "kind": "book", "title": "The Devil's Elixirs", "overview": "A Capuchin monk
-- drinks from a forbidden relic …", "year": 1815, "language": "de", "image": null, "similarity": 0.423}, …]
create or replace function public.match_books(
    query_embedding extensions.vector default null,
    match_threshold double precision default 0.4,
    match_count integer default 12
)
returns setof public.matched_item
language sql stable rows 20 set search_path = ''
as $$
    select * from private.match_kind(query_embedding, match_threshold, match_count, 'book')
$$;
comment on function public.match_books(extensions.vector, double precision, integer) is
'Lists the books most similar to a query embedding.';
revoke execute on function public.match_books(extensions.vector, double precision, integer) from public;
grant execute on function public.match_books(extensions.vector, double precision, integer)
to anon, authenticated, service_role;

-- source: sql/rpc/search/match_content.sql
-- Lists the items of one kind most similar to a query embedding, by cosine similarity.
--   query_embedding  384 numbers, from the model named in item_embeddings.model
--   match_threshold  minimum similarity, 0 to 1, default 0.4
--   match_count      maximum number of items, 1 to 200, default 12
--   kind             movie, tv_show, sports or book, default movie
-- Returns id, kind, title, overview, year, language, image, similarity; most similar first.
-- Raises 22023 for a parameter that is missing or out of range, named in detail.field.
-- Roles: anon, authenticated, service_role.
-- Example: rpc/match_content {"query_embedding": [0.1, …], "kind": "movie"}
-- Example response: [{"id": "4662…", "kind": "movie", "title": "Outbreak", "overview": "A smuggled African monkey
-- …", "year": 1995, "language": "en", "image": null, "similarity": 0.569}, …]
create or replace function public.match_content(
    query_embedding extensions.vector default null,
    match_threshold double precision default 0.4,
    match_count integer default 12,
    kind text default 'movie'
)
returns setof public.matched_item
language sql stable rows 20 set search_path = ''
as $$
    select * from private.match_kind(query_embedding, match_threshold, match_count, match_content.kind)
$$;
comment on function public.match_content(extensions.vector, double precision, integer, text) is
'Lists the items of one kind most similar to a query embedding.';
revoke execute on function public.match_content(extensions.vector, double precision, integer, text) from public;
grant execute on function public.match_content(extensions.vector, double precision, integer, text)
to anon, authenticated, service_role;

-- source: sql/rpc/search/match_movies.sql
-- Lists the films most similar to a query embedding, by cosine similarity.
--   query_embedding  384 numbers, from the model named in item_embeddings.model
--   match_threshold  minimum similarity, 0 to 1, default 0.4
--   match_count      maximum number of films, 1 to 200, default 12
-- Returns id, kind, title, overview, year, language, image, similarity; most similar first.
-- Raises 22023 for a parameter that is missing or out of range, named in detail.field.
-- Roles: anon, authenticated, service_role.
-- Example: rpc/match_movies {"query_embedding": [0.1, …], "match_threshold": 0.5}
-- Example response: [{"id": "4662…", "kind": "movie", "title": "Outbreak", "overview": "A smuggled African monkey
-- …", "year": 1995, "language": "en", "image": null, "similarity": 0.569}, …]
create or replace function public.match_movies(
    query_embedding extensions.vector default null,
    match_threshold double precision default 0.4,
    match_count integer default 12
)
returns setof public.matched_item
language sql stable rows 20 set search_path = ''
as $$
    select * from private.match_kind(query_embedding, match_threshold, match_count, 'movie')
$$;
comment on function public.match_movies(extensions.vector, double precision, integer) is
'Lists the films most similar to a query embedding.';
revoke execute on function public.match_movies(extensions.vector, double precision, integer) from public;
grant execute on function public.match_movies(extensions.vector, double precision, integer)
to anon, authenticated, service_role;

-- source: sql/rpc/search/search_content.sql
-- Searches films, shows, sports and books by words and by meaning, and counts the matches by facets.
-- Pages are stable: items added to the catalogue after the first page do not appear on later pages.
--   query            the search text, at most 1,000 characters: words of titles, authors and descriptions in any order;
--                    misspellings are corrected; "phrases", -excluded words and OR are supported. Required unless
--                    query_embedding is sent
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
-- Returns JSON: results (id, kind, title, overview, year, language, image, score, similarity, matched: an array of
-- words, name and meaning; title_html and snippet_html: escaped, with matching words in mark elements), best first;
-- total, the number of matches, at most 1,000; facets (kind, genre, language, decade, tier: each a list of value and
-- count over all matches, highest count first); next_cursor, null on the last page.
-- Raises 22023 for a parameter that is missing or out of range, or for a cursor of another search; named in
-- detail.field.
-- Roles: anon, authenticated, service_role.
-- Example: rpc/search_content {"query": "blade runer", "kind": "movie", "count": 10}
-- Example response: {"total": 3, "facets": {"kind": [{"value": "movie", "count": 3}], "genre": [{"value": "drama",
-- "count": 2}, …], "language": [{"value": "en", "count": 3}], "decade": [{"value": 1990, "count": 2}, {"value": 1980,
-- "count": 1}], "tier": [{"value": "free", "count": 3}]}, "results": [{"id": "de12…", "kind": "movie", "year": 1982,
-- "image": null, "score": 0.033, "title": "Blade Runner", "matched": ["words", "name"], "language": "en", "overview":
-- "In a rainy, neon-lit Los Angeles of 2019, a burnt-out …", "similarity": null, "title_html": "<mark>Blade</mark>
-- <mark>Runner</mark>", "snippet_html": "In a rainy, neon-lit Los Angeles of 2019, a …"}, …], "next_cursor": null}
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
    v_search text;
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
    v_search := md5(row(v_query, search_content.query_embedding, v_filters)::text);
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
) is
'Searches films, shows, sports and books by words and by meaning, with facets.';
revoke execute on function public.search_content(
    text, extensions.vector, text, text, text, integer, integer, text, integer, text
) from public;
grant execute on function public.search_content(
    text, extensions.vector, text, text, text, integer, integer, text, integer, text
) to anon, authenticated, service_role;

-- source: sql/rpc/search/suggest.sql
-- Suggests titles and authors while the user types.
-- First come names with a word that starts with the typed text, the most popular first. If there are fewer than count,
-- names that match its spelling corrections follow.
--   q      the typed text, 1 to 200 characters
--   count  maximum number of suggestions, 1 to 50, default 8
-- Returns suggestion (the name), kind (the item's kind, or author), id, title, year and image of the item; for an
-- author, these four are null.
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
    v_typed text := private.fold_name(left(suggest.q, 201));
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
comment on function public.suggest(text, integer) is 'Suggests titles and authors while the user types.';
revoke execute on function public.suggest(text, integer) from public;
grant execute on function public.suggest(text, integer) to anon, authenticated, service_role;
