-- Those of the raters whose ratings are as they were read; held until the transaction ends. One whose ratings are
-- being written now is left to the job that follows.
select r.id
from public.raters as r
join unnest(%(raters)s::uuid[], %(versions)s::bigint[]) as b (id, version) on b.id = r.id
where r.ratings_version = b.version
order by r.id
for no key update of r skip locked
