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
