-- The features of items that tastes are described by: each genre, the original language, the main country of
-- production, and the decade of release. One row an item and feature; value is the genre's id, the code of the language
-- or country, or the first year of the decade.
create or replace view private.item_features with (security_invoker = true) as
select
    g.item_id,
    'genre' as feature,
    g.genre_id::text as value
from public.item_genres as g
union all
select
    c.id as item_id,
    f.feature,
    f.value
from public.content as c
cross join
    lateral (
        values
        ('language', c.original_language), ('country', c.countries[1]), ('decade', (c.release_year / 10 * 10)::text)
    ) as f (feature, value)
where f.value is not null
union all
select
    b.id as item_id,
    f.feature,
    f.value
from public.books as b
cross join
    lateral (
        values
        ('language', b.language), ('decade', (b.published_year / 10 * 10)::text)
    ) as f (feature, value)
where f.value is not null;
comment on view private.item_features is
'The features of items that tastes are described by: genres, language, country and decade.';
