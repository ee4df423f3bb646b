-- Functions, triggers and policies as sql/ has them.

set lock_timeout = '10s';
set check_function_bodies = off;

-- source: sql/private/search/index_items.sql
-- Write the documents of items as the catalogue has them now, and the words and names of those whose texts changed.
-- Of some hundreds of documents: by index, whatever the planner thinks of tables that are just being filled.
create or replace function private.index_items(item_ids uuid[]) returns void
language plpgsql set search_path = ''
set enable_seqscan = off set enable_hashjoin = off set enable_mergejoin = off
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
-- Of some hundreds of documents: by index, whatever the planner thinks of tables that are just being filled.
create or replace function private.index_names(documents integer[]) returns void
language sql set search_path = ''
set enable_seqscan = off set enable_hashjoin = off set enable_mergejoin = off
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
    cross join lateral string_to_array(private.folded(n.name), ' ') as w (words)
    cross join lateral generate_series(1, least(cardinality(w.words), 8)) as p (place)
    where d.document = any(documents) and n.name is not null
$$;
comment on function private.index_names(integer[]) is 'Write the names of documents anew.';
revoke execute on function private.index_names(integer[]) from public;
grant execute on function private.index_names(integer[]) to service_role;

-- source: sql/private/search/index_words.sql
-- Write the words of documents anew, and make unknown ones known.
-- A weight is BM25F's (Robertson, Zaragoza, 2009) without the idf, at k1 1.2 and b 0.5: a title's words count three
-- times, other names' two times, by the length of a document as long as most are, so that no weight hangs on others.
-- Of some hundreds of documents: by index, whatever the planner thinks of tables that are just being filled.
create or replace function private.index_words(documents integer[]) returns void
language sql set search_path = ''
set enable_seqscan = off set enable_hashjoin = off set enable_mergejoin = off
as $$
    delete from private.search_postings as p where p.document = any(documents);

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
        cross join lateral regexp_split_to_table(private.folded(t.text), ' ') as w (word)
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
