-- Functions, triggers and policies as sql/ has them.

set lock_timeout = '10s';
set check_function_bodies = off;

-- source: sql/private/search/index_words.sql
-- Write the words of documents anew, and make unknown ones known.
-- A weight is BM25F's (Robertson, Zaragoza, 2009) without the idf, at k1 1.2 and b 0.5: a title's words count three
-- times, other names' two times, by the length of a document as long as most are, so that no weight hangs on others.
create or replace function private.index_words(documents integer[]) returns void
language sql set search_path = ''
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
