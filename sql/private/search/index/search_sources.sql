-- The input of the search index: each item's texts, in the order of their weight, and the values that filters use.
-- facts are words for the language, the countries and the decade; English and the United States are left out, because
-- most items would have their words. marks hold the first country only: others took part.
create or replace view private.search_sources with (security_invoker = true) as
with catalogue as (
    select
        c.id as item_id,
        c.kind,
        c.original_language as language,
        c.release_year as year,
        c.popularity,
        c.title,
        nullif(c.original_title, c.title) as original_title,
        '{}'::text[] as authors,
        null::text as subtitle,
        c.overview,
        c.countries
    from public.content as c
    union all
    select
        b.id as item_id,
        b.kind,
        b.language,
        b.published_year as year,
        b.popularity,
        b.title,
        null::text as original_title,
        b.authors,
        b.subtitle,
        b.description as overview,
        '{}'::text[] as countries
    from public.books as b
),

described as (
    select
        c.*,
        array(
            select 'language:' || l.code
            from (select c.language as code) as l
            where l.code is not null
            union all
            select 'country:' || k.code from unnest(c.countries) as k (code)
        ) as origins,
        c.countries[1] as country
    from catalogue as c
)

select
    c.item_id,
    c.kind,
    c.language,
    c.year,
    c.popularity,
    c.title,
    c.original_title,
    c.authors,
    c.subtitle,
    c.overview,
    array(
        select g.slug
        from public.item_genres as i
        inner join public.genres as g on i.genre_id = g.id
        where i.item_id = c.item_id
        order by g.slug
    ) as genres,
    (
        select string_agg(g.name, '. ' order by g.slug)
        from public.item_genres as i
        inner join public.genres as g on i.genre_id = g.id
        where i.item_id = c.item_id
    ) as genre_names,
    (
        select string_agg(t.tag, '. ' order by t.tag)
        from public.item_tags as t
        where t.item_id = c.item_id
    ) as tags,
    array(
        select n.title
        from (
            select a.title
            from public.alternative_titles as a
            where a.content_id = c.item_id
            union
            select t.title
            from public.content_translations as t
            where t.content_id = c.item_id and t.title is not null
        ) as n
        order by n.title
    ) as alternative_titles,
    (
        select string_agg(p.name, '. ' order by r.position, p.name)
        from public.credits as r
        inner join public.people as p on r.person_id = p.id
        where r.item_id = c.item_id and r.job in ('director', 'creator')
    ) as directors,
    (
        select string_agg(p.name, '. ' order by r.job, r.position, p.name)
        from public.credits as r
        inner join public.people as p on r.person_id = p.id
        where r.item_id = c.item_id and r.job not in ('director', 'creator')
    ) as cast_names,
    (
        select string_agg(k.keyword, '. ' order by k.keyword)
        from public.item_keywords as k
        where k.item_id = c.item_id
    ) as keywords,
    nullif(
        concat_ws(
            '. ',
            (
                select string_agg(distinct w.phrase, '. ')
                from private.query_words as w
                where w.language = 'en' and w.mark = any(c.origins) and w.mark not in ('language:en', 'country:US')
            ),
            case when cardinality(c.origins) > 0 then c.year / 10 * 10 || 's' end
        ),
        ''
    ) as facts,
    (
        select jsonb_object_agg(t.language, t.overview)
        from public.content_translations as t
        where t.content_id = c.item_id and t.overview <> ''
    ) as translations,
    array_remove(array['kind:' || c.kind, 'language:' || c.language, 'country:' || c.country], null) || array(
        select m.mark
        from (
            select 'genre:' || g.slug as mark
            from public.item_genres as i
            inner join public.genres as g on i.genre_id = g.id
            where i.item_id = c.item_id
            union
            select 'keyword:' || k.keyword
            from public.item_keywords as k
            where k.item_id = c.item_id
            union
            select unnest(array[r.job || ':', 'person:']) || r.person_id
            from public.credits as r
            where r.item_id = c.item_id
        ) as m
        order by m.mark
    ) as marks
from described as c;
comment on view private.search_sources is 'The input of the search index: the texts and filter values of each item.';
grant select on private.search_sources to anon, authenticated, service_role;
