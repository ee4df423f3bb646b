-- Directors and actors as the source lists them; other jobs are left alone. Credits of a film whose source lists no
-- people stay as they are.
create temporary table listed_credits on commit drop as
select s.id as item_id, 'director' as job, p.person_id, p.position
from staged_films as s
cross join lateral unnest(s.directors) with ordinality as p (person_id, position)
union all
select s.id, 'actor', p.person_id, p.position
from staged_films as s
cross join lateral unnest(s.actors) with ordinality as p (person_id, position);

delete from public.credits as c
using staged_films as s
where
    c.item_id = s.id
    and (c.job = 'director' and s.directors is not null or c.job = 'actor' and s.actors is not null)
    and not exists (
        select
        from listed_credits as l
        where l.item_id = c.item_id and l.job = c.job and l.person_id = c.person_id
    );

insert into public.credits as c (item_id, person_id, job, position)
select l.item_id, l.person_id, l.job, l.position from listed_credits as l
on conflict (item_id, job, person_id) do update set position = excluded.position
where c.position <> excluded.position;

-- People whom a load added (their ids are of UUID version 5) go with their last credit.
delete from public.people as p
where
    substr(p.id::text, 15, 1) = '5'
    and p.tmdb_id is null
    and not exists (select from public.credits as c where c.person_id = p.id);
