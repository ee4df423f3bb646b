-- Helper. Rebuilds the postings of documents, and adds new words to the vocabulary.
-- A posting's weight is that of BM25F (Robertson, Zaragoza, 2009) without the idf, with k1 = 1.2 and b = 0.5. Words of
-- the title count three times, those of other titles, authors, directors and subtitle twice, those of other people and
-- keywords one and a half times. A document's length is that of the fields that every item has; the average is fixed at
-- 40, so that a document's weights do not depend on other documents. Compounds of titles are indexed without their
-- punctuation too (S.W.A.T., Spider-Man), and overviews in other languages by these languages' stemmers.
create or replace function private.index_words(sources private.search_sources[]) returns void
language sql set search_path = ''
as $$
    delete from private.search_postings as p
    using unnest(sources) as s
    join private.search_documents as d on d.item_id = s.item_id
    where p.document = d.document;

    with texts as materialized (
        select d.document, coalesce(t.stemmer, d.stemmer) as stemmer, t.boost, t.is_length, t.text
        from unnest(sources) as s
        join private.search_documents as d on d.item_id = s.item_id
        cross join lateral (
            values
            (3, true, s.title, null), (2, true, s.original_title, null),
            (2, true, array_to_string(s.authors, '. '), null), (2, true, s.subtitle, null),
            (1, true, s.genre_names, null), (1, true, s.tags, null), (1, true, s.overview, null),
            (2, false, array_to_string(s.alternative_titles, '. '), null), (2, false, s.directors, null),
            (1.5, false, s.cast_names, null), (1.5, false, s.keywords, null), (0.5, false, s.facts, null),
            (1, false, private.joined_compounds(concat_ws('. ', s.title, s.original_title)), null)
            union all
            select 1, false, o.value, private.stemmer_for(o.key) from jsonb_each_text(s.translations) as o
        ) as t (boost, is_length, text, stemmer)
        where t.text <> ''
    ), counted as (
        select
            c.document, c.lexeme, sum(c.count) as count, sum(c.count) filter (where c.is_length) as length
        from (
            select t.document, l.lexeme, t.boost * cardinality(l.places) as count, t.is_length
            from texts as t
            cross join lateral private.lexemes(t.stemmer, t.text) as l
            union all
            select d.document, c.lexeme, 1, false
            from unnest(sources) as s
            join private.search_documents as d on d.item_id = s.item_id
            cross join lateral private.single_characters(
                concat_ws(' ', s.title, s.original_title, array_to_string(s.alternative_titles, ' '))
            ) as c (lexeme)
        ) as c
        group by c.document, c.lexeme
    ), weighed as (
        select
            c.document, c.lexeme,
            (
                2.2 * c.count
                / (c.count + 1.2 * (0.5 + 0.5 * coalesce(sum(c.length) over (partition by c.document), 0) / 40))
            )::real as weight
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
