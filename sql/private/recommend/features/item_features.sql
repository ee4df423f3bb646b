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
    i.id as item_id,
    'language' as feature,
    i.language as value
from public.items as i
where i.language is not null
union all
select
    c.id as item_id,
    'country' as feature,
    c.countries[1] as value
from public.content as c
where cardinality(c.countries) > 0
union all
select
    c.id as item_id,
    'decade' as feature,
    (c.release_year / 10 * 10)::text as value
from public.content as c
where c.release_year is not null
union all
select
    b.id as item_id,
    'decade' as feature,
    (b.published_year / 10 * 10)::text as value
from public.books as b
where b.published_year is not null;
comment on view private.item_features is
'The features of items that tastes are described by: genres, language, country and decade.';
revoke all on private.item_features from anon, authenticated, service_role;
