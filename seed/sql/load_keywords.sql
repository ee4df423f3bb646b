-- Keywords of a film whose source lists none stay as they are.
delete from public.item_keywords as k
using staged_films as s
where k.item_id = s.id and k.keyword <> all(s.keywords);

insert into public.item_keywords (item_id, keyword)
select s.id, k.keyword
from staged_films as s
cross join lateral unnest(s.keywords) as k (keyword)
on conflict do nothing;
