-- Helper. Returns the lexemes of a text (stemmed words without stop words) with their positions. Punctuation separates
-- words. Chinese, Japanese and Korean text, written without spaces, is indexed as bigrams, and a character that stands
-- alone as itself, at positions above 1000.
--   stemmer  the name of a text search configuration in schema private
create or replace function private.lexemes(stemmer text, text text)
returns table (lexeme text, places integer[])
language sql stable rows 50 set search_path = ''
as $$
    select w.lexeme, w.positions::integer[]
    from unnest(
        to_tsvector(
            ('private.' || stemmer)::regconfig,
            regexp_replace(normalize(text, nfkc), '[[:punct:]]+', ' ', 'g')
        )
    ) as w
    where w.lexeme !~ '^[\u3040-\u30ff\u3400-\u9fff\uac00-\ud7af\uf900-\ufaff]$'
    union all
    select substr(r.run[1], p.place, 2), array_agg(1000 + p.place)
    from regexp_matches(
        case when text ~ '[\u3040-\u30ff\u3400-\u9fff\uac00-\ud7af\uf900-\ufaff\uff66-\uff9f]' then normalize(text, nfkc) end,
        '[\u3040-\u30ff\u3400-\u9fff\uac00-\ud7af\uf900-\ufaff]+', 'g'
    ) as r (run)
    cross join lateral generate_series(1, greatest(length(r.run[1]) - 1, 1)) as p (place)
    group by 1
$$;
comment on function private.lexemes(text, text) is 'Returns the lexemes of a text with their positions.';
revoke execute on function private.lexemes(text, text) from public;
grant execute on function private.lexemes(text, text) to anon, authenticated, service_role;
