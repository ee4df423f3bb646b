insert into public.items (id, kind)
select s.id, 'book' from staged_books as s
on conflict do nothing;

create temporary table staged_genres on commit drop as
select s.id as item_id, g.name
from staged_books as s
cross join lateral unnest(s.genres) as g (name);
