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
