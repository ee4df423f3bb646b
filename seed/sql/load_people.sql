insert into public.people as p (id, name)
select s.id, s.name from staged_people as s
on conflict (id) do update set name = excluded.name where p.name <> excluded.name;
