-- The input of the search index: each item's texts, in the order of their weight, and the values that filters use.
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
        c.overview
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
        b.description as overview
    from public.books as b
)

select
    c.*,
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
    ) as tags
from catalogue as c;
comment on view private.search_sources is 'The input of the search index: the texts and filter values of each item.';
grant select on private.search_sources to anon, authenticated, service_role;
