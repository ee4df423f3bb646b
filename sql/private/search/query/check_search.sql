-- Helper. Raises 22023, naming the field, if a parameter of search_content is missing or out of range.
create or replace function private.check_search(
    query text, query_embedding extensions.vector, filters private.search_filters, count integer, sort text,
    ignored text[]
)
returns void
language plpgsql stable set search_path = ''
as $$
declare
    v_parts constant text[] := array[
        'corrections', 'like', 'people', 'years', 'genres', 'keywords', 'languages', 'countries', 'kinds', 'all'
    ];
begin
    if
        length(query) > 1000
        or query !~ '\S' and query_embedding is null and sort is null and num_nonnulls(
            filters.kind, filters.genre, filters.language, filters.year_from, filters.year_to, filters.tier
        ) = 0
    then
        raise exception 'query must have 1 to 1,000 characters'
            using errcode = '22023', detail = '{"field": "query", "min": 1, "max": 1000}';
    end if;
    if query_embedding is not null then
        perform private.check_embedding(query_embedding);
    end if;
    perform private.check_kind(filters.kind);
    perform private.check_length('genre', filters.genre, 100);
    perform private.check_length('language', filters.language, 35);
    if not private.is_tier(filters.tier) then
        raise exception 'tier must be %, not %',
            (select private.either(array_agg(t.name order by t.rank)) from public.tiers as t), left(filters.tier, 40)
            using errcode = '22023', detail = '{"field": "tier"}';
    end if;
    perform private.check_range('year_from', coalesce(filters.year_from, 0), 0, 3000);
    perform private.check_range('year_to', coalesce(filters.year_to, 0), 0, 3000);
    perform private.check_range('count', count, 1, 100);
    if sort not in ('popularity', 'year', 'rating', 'title') then
        raise exception 'sort must be popularity, year, rating or title, not %', left(sort, 40)
            using errcode = '22023', detail = '{"field": "sort"}';
    end if;
    if not ignored <@ v_parts then
        raise exception 'ignore must hold only %', private.either(v_parts)
            using errcode = '22023', detail = '{"field": "ignore"}';
    end if;
end
$$;
comment on function private.check_search(text, extensions.vector, private.search_filters, integer, text, text[]) is
'Raises an error if a parameter of search_content is missing or out of range.';
revoke execute on function private.check_search(text, extensions.vector, private.search_filters, integer, text, text[])
from public;
grant execute on function private.check_search(text, extensions.vector, private.search_filters, integer, text, text[])
to anon, authenticated, service_role;
