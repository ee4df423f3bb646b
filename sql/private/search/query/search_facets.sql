-- Helper. Returns the number of matches per kind, genre, language, decade and tier, as a JSON object, the highest
-- numbers first.
create or replace function private.search_facets(matches private.search_match[]) returns jsonb
language sql stable set search_path = '' set random_page_cost = 1.1
as $$
    with found as materialized (
        select d.kind, d.genres, d.language, d.year / 10 * 10 as decade, m.tier
        from unnest(matches) as m
        join private.search_documents as d on d.document = m.document
    ), counted as (
        select 'kind' as facet, to_jsonb(f.kind) as value, count(*) as count from found as f group by f.kind
        union all
        select 'genre', to_jsonb(g.slug), count(*)
        from found as f
        cross join lateral unnest(f.genres) as g (slug)
        group by g.slug
        union all
        select 'language', to_jsonb(f.language), count(*) from found as f where f.language is not null group by f.language
        union all
        select 'decade', to_jsonb(f.decade), count(*) from found as f where f.decade is not null group by f.decade
        union all
        select 'tier', to_jsonb(f.tier), count(*) from found as f group by f.tier
    )
    select jsonb_object_agg(n.facet, coalesce(c.values, '[]'))
    from unnest(array['kind', 'genre', 'language', 'decade', 'tier']) as n (facet)
    left join (
        select
            c.facet,
            jsonb_agg(jsonb_build_object('value', c.value, 'count', c.count) order by c.count desc, c.value) as values
        from counted as c
        group by c.facet
    ) as c on c.facet = n.facet
$$;
comment on function private.search_facets(private.search_match[]) is
'Returns the number of matches per kind, genre, language, decade and tier.';
revoke execute on function private.search_facets(private.search_match[]) from public;
grant execute on function private.search_facets(private.search_match[]) to anon, authenticated, service_role;
