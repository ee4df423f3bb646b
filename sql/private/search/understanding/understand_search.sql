-- Helper. Returns what a query means, by rules and the vocabulary of private.query_words, without a model:
--   corrections  misspelt words are replaced by similar ones
--   like         the title after "like", whose similar items match
--   people       names, anywhere in the query
--   years        years and decades
--   concepts     genres, moods, languages and countries, if they and words without meaning make up the query up to the
--                description that "about", "where" or "with" begins
-- Of words of a title nothing is understood unless the vocabulary holds all of them; of a query with phrases or OR,
-- nothing. Filters of the caller win. What leaves no visible item is dropped.
--   ignored  what is not understood: corrections, like, people, years, genres, keywords, languages, countries, kinds,
--            or all
create or replace function private.understand_search(
    parsed private.parsed_search, filters private.search_filters, ignored text[], viewer private.viewer
)
returns private.understanding
language plpgsql stable set search_path = ''
as $$
declare
    v_most constant integer := 16;
    v_name text := private.fold_name(parsed.words);
    v_is_literal boolean := coalesce(v_name, '') = '' or 'all' = any(ignored) or parsed.phrases is not null
        or parsed.is_lenient;
    v_tokens text[] := case
        when v_is_literal then string_to_array(v_name, ' ') else private.query_tokens(parsed.words, viewer)
    end;
    v_known private.understanding;
begin
    v_known := row(
        v_tokens, array_fill(null::text, array[coalesce(cardinality(v_tokens), 0)]),
        case when not v_is_literal then array(select s from private.query_spans(v_tokens) as s) end,
        not v_is_literal and private.is_of_title(v_name, viewer), parsed.words, parsed.words, v_name, filters, array[]::text[], null,
        null, null, false, array[]::text[],
        '{"filters": {}, "people": [], "like": null, "corrections": [], "dropped": []}'::jsonb, array[]::text[]
    )::private.understanding;
    if v_is_literal then
        return v_known;
    end if;
    if not v_known.is_title and not 'corrections' = any(ignored) then
        v_known := private.correct_query(v_known, viewer);
    end if;
    if cardinality(v_known.tokens) > v_most then
        return v_known;
    end if;
    if not v_known.is_title and not 'like' = any(ignored) then
        v_known := private.understand_like(v_known, viewer);
    end if;
    v_known := private.understand_people(v_known, ignored, viewer);
    if
        not v_known.is_title
        and num_nonnulls(filters.year_from, filters.year_to) = 0
        and (v_known.name ~ '[0-9]' or exists (
            select from unnest(v_known.spans) as s where s.marks[1] like '1 decade:%'
        ))
    then
        v_known := private.understand_years(v_known, ignored);
    end if;
    -- Long texts without a word of the vocabulary but fillers are descriptions.
    if cardinality(v_known.tokens) <= 6 or exists (
        select
        from unnest(v_known.spans) as s
        cross join lateral unnest(s.marks) as m (mark)
        where m.mark ~ '^\d (genre|keyword|language|country|kind):'
    ) then
        v_known := private.understand_concepts(v_known, ignored, viewer);
    end if;
    return private.settle_query(v_known, filters, viewer);
end
$$;
comment on function private.understand_search(
    private.parsed_search, private.search_filters, text[], private.viewer
) is
'Returns what a query means: people, filters, the title that it compares with, and corrections.';
revoke execute on function private.understand_search(
    private.parsed_search, private.search_filters, text[], private.viewer
) from public;
grant execute on function private.understand_search(
    private.parsed_search, private.search_filters, text[], private.viewer
) to anon, authenticated, service_role;
