-- Helper. Returns the understood filters in the form that clients receive: genres, keywords, languages, countries and
-- kinds, each a list of alternatives, and year_from and year_to.
create or replace function private.understood_filters(known private.understanding, filters private.search_filters)
returns jsonb
language sql stable set search_path = ''
as $$
    with marks as (
        select m.mark
        from unnest(known.needs) as n (need)
        cross join lateral string_to_table(n.need, '|') as m (mark)
        union
        select m.mark from unnest(known.wishes || known.wishes_2) as m (mark)
    ), kinds as (
        select k.name, jsonb_agg(substr(m.mark, strpos(m.mark, ':') + 1) order by m.mark) as values
        from marks as m
        join (
            values
            ('genre', 'genres'), ('keyword', 'keywords'), ('language', 'languages'), ('country', 'countries'), ('kind', 'kinds')
        ) as k (mark, name) on k.mark = split_part(m.mark, ':', 1)
        group by k.name
    )
    select
        coalesce((select jsonb_object_agg(k.name, k.values) from kinds as k), '{}')
        || jsonb_strip_nulls(jsonb_build_object(
            'year_from', case when (known.filters).year_from is distinct from filters.year_from then (known.filters).year_from end,
            'year_to', case when (known.filters).year_to is distinct from filters.year_to then (known.filters).year_to end
        ))
$$;
comment on function private.understood_filters(private.understanding, private.search_filters) is
'Returns the understood filters in the form that clients receive.';
revoke execute on function private.understood_filters(private.understanding, private.search_filters) from public;
grant execute on function private.understood_filters(private.understanding, private.search_filters)
to anon, authenticated, service_role;
