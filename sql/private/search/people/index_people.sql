-- Helper. Rebuilds the name index of people: one row for each of the first five words of a name, with the name from
-- this word on. A name of two or three words is indexed with its first word last too, since Japanese, Chinese and
-- Korean names are written in both orders.
create or replace function private.index_people(people uuid[]) returns void
language sql set search_path = ''
as $$
    delete from private.search_people as s where s.person_id = any(people);

    insert into private.search_people (person_id, name, start, joined, popularity)
    select distinct on (p.id, w.start)
        p.id, p.name, w.start, w.joined,
        coalesce((
            select sum(case r.job when 'director' then 2 else 1 end)
            from public.credits as r
            where r.person_id = p.id
        ), 0)
    from public.people as p
    cross join lateral (
        select string_to_array(private.fold_name(n.name), ' ') as words
        from unnest(array[p.name] || p.also_known_as) as n (name)
    ) as n
    cross join lateral (
        select
            left(array_to_string(n.words[s.place:], ' '), 100) as start,
            case when s.place = 1 then left(array_to_string(n.words, ''), 100) end as joined
        from generate_series(1, least(cardinality(n.words), 5)) as s (place)
        union all
        select array_to_string(r.words, ' '), array_to_string(r.words, '')
        from (select n.words[2:] || n.words[1] as words) as r
        where cardinality(n.words) in (2, 3)
    ) as w
    where p.id = any(people)
    order by p.id, w.start, w.joined nulls last
$$;
comment on function private.index_people(uuid[]) is 'Rebuilds the name index of people.';
revoke execute on function private.index_people(uuid[]) from public;
grant execute on function private.index_people(uuid[]) to service_role;
