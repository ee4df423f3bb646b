-- Helper. Parses a query in the usual syntax of search engines: words, "phrases", -excluded words and OR; anything else
-- is text. Compatible characters are unified first (NFKC), since one may stand for a phrase. The first 1,000 characters
-- and 32 words count, also where punctuation separates them. With OR anywhere in the query, documents match if they
-- contain any of the words, whatever their score. A query of punctuation alone is searched for as it is.
create or replace function private.parse_search(query text) returns private.parsed_search
language sql stable set search_path = ''
as $$
    with unified as (
        select left(normalize(parse_search.query, nfkc), 1000) as query
    ), tokens as (
        select
            t.place,
            t.found[1] = '-' as is_excluded,
            t.found[2] is not null as is_phrase,
            coalesce(t.found[2], t.found[3]) as token
        from unified as u
        cross join lateral regexp_matches(u.query, '(-?)(?:"([^"]*)"?|([^\s"]+))', 'g') with ordinality as t (found, place)
    ), counted as (
        select
            t.*,
            w.words,
            (sum(cardinality(w.words)) over (order by t.place))::integer - cardinality(w.words) as words_before
        from tokens as t
        cross join lateral (
            select array_remove(regexp_split_to_array(t.token, '[[:punct:][:space:]]+'), '') as words
        ) as w
    ), kept as (
        select
            t.place,
            t.is_excluded,
            t.is_phrase,
            case
                when t.words_before + cardinality(t.words) <= 32 then t.token
                else array_to_string(t.words[:32 - t.words_before], ' ')
            end as token,
            lower(t.token) = 'or' and not t.is_phrase
            and t.place not in (min(t.place) over (), max(t.place) over ()) as is_or
        from counted as t
        where btrim(private.fold_name(t.token)) <> '' and t.place <= 32 and t.words_before < 32
    )
    select row(
        coalesce(
            string_agg(k.token, ' ' order by k.place) filter (where not k.is_excluded and not k.is_or),
            case when count(k.place) = 0 and min(u.query) !~ '[^[:punct:][:space:]]' then min(u.query) else '' end
        ),
        array_agg(k.token order by k.place) filter (where k.is_phrase and not k.is_excluded),
        coalesce(
            string_agg(k.token, ' ' order by k.place) filter (where k.is_excluded and not k.is_phrase and not k.is_or), ''
        ),
        array_agg(k.token order by k.place) filter (where k.is_phrase and k.is_excluded),
        coalesce(bool_or(k.is_or), false)
    )::private.parsed_search
    from unified as u
    left join kept as k on true
$$;
comment on function private.parse_search(text) is 'Parses a query in the usual syntax of search engines.';
revoke execute on function private.parse_search(text) from public;
grant execute on function private.parse_search(text) to anon, authenticated, service_role;
