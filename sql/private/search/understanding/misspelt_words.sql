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
