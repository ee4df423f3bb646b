-- Genres are the same when their slugs are: "Science fiction" joins "Science Fiction".
create temporary table slugged_genres on commit drop as
select
    g.item_id,
    btrim(g.name) as name,
    btrim(regexp_replace(lower(extensions.unaccent(replace(g.name, '&', 'and'))), '[^a-z0-9]+', '-', 'g'), '-') as slug
from staged_genres as g;

insert into public.genres (name, slug)
select distinct on (s.slug) left(s.name, 100), s.slug
from slugged_genres as s
where s.slug <> ''
order by s.slug, s.name
on conflict do nothing;

insert into public.item_genres (item_id, genre_id)
select distinct s.item_id, g.id
from slugged_genres as s
join public.genres as g on g.slug = s.slug
on conflict do nothing;
