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
