-- Functions, triggers and policies as sql/ has them.

set lock_timeout = '10s';
set check_function_bodies = off;

-- squawk-ignore ban-drop-function
drop function private.index_words(integer[]);
-- squawk-ignore ban-drop-function
drop function private.index_names(integer[]);

-- source: sql/private/search/index_items.sql
-- Write the documents of items as the catalogue has them now, and the words and names of those whose texts changed.
-- Each item is looked up by its id, however many there are: while tables are being filled the planner knows too
-- little of them to choose.
create or replace function private.index_items(item_ids uuid[]) returns void
language plpgsql set search_path = ''
as $$
declare
    v_sources private.search_sources[];
    v_fresh private.search_sources[];
begin
    -- Who changes another part of an item at the same time waits here, and then reads both changes.
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
comment on function private.index_items(uuid[]) is 'Write the documents of items as the catalogue has them now.';
revoke execute on function private.index_items(uuid[]) from public;
grant execute on function private.index_items(uuid[]) to service_role;

-- source: sql/private/search/index_names.sql
-- Write the names of documents anew: each from each of its first eight words on.
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
comment on function private.index_names(private.search_sources[]) is 'Write the names of documents anew.';
revoke execute on function private.index_names(private.search_sources[]) from public;
grant execute on function private.index_names(private.search_sources[]) to service_role;

-- source: sql/private/search/index_words.sql
-- Write the words of documents anew, and make unknown ones known.
-- A weight is BM25F's (Robertson, Zaragoza, 2009) without the idf, at k1 1.2 and b 0.5: a title's words count three
-- times, other names' two times, by the length of a document as long as most are, so that no weight hangs on others.
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
comment on function private.index_words(private.search_sources[]) is 'Write the words of documents.';
revoke execute on function private.index_words(private.search_sources[]) from public;
grant execute on function private.index_words(private.search_sources[]) to service_role;

-- source: sql/private/search/texts_hash.sql
-- A hash of all that is searched by words in an item: another one means other words.
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
comment on function private.texts_hash(private.search_sources) is 'A hash of what is searched by words in an item.';
revoke execute on function private.texts_hash(private.search_sources) from public;
grant execute on function private.texts_hash(private.search_sources) to service_role;
