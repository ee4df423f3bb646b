-- Helper. Returns the people that consecutive words of a query name, the longest names first, without overlaps. Names
-- may be written joined or in either order. A last name alone counts too, for the people whom most items credit.
-- For a viewer with an age limit there are only people of items that it may see.
create or replace function private.people_in(tokens text[], viewer private.viewer) returns setof private.query_people
language plpgsql stable rows 2 set search_path = ''
as $$
declare
    v_named private.query_people;
    v_covered boolean[] := array_fill(false, array[cardinality(tokens)]);
begin
    for v_named in
        with parts as materialized (
            select f.first, l.last, n.name, replace(n.name, ' ', '') as joined
            from generate_series(1, cardinality(tokens)) as f (first)
            cross join lateral generate_series(f.first, least(f.first + 3, cardinality(tokens))) as l (last)
            cross join lateral array_to_string(tokens[f.first:l.last], ' ') as n (name)
        ), named as materialized (
            select s.person_id, s.name, s.popularity, s.joined as key, true as is_whole
            from private.search_people as s
            where s.joined = any(array(select p.joined from parts as p))
            union
            select s.person_id, s.name, s.popularity, s.start, false
            from private.search_people as s
            where s.start = any(array(select p.name from parts as p where length(p.name) > 2)) and s.joined is null
        ), known as materialized (
            select n.*
            from named as n
            where viewer.age is null or private.has_visible_mark(array['person:' || n.person_id], viewer)
        )
        select
            p.first, p.last, (array_agg(k.person_id order by k.popularity desc, k.person_id))[:5],
            (array_agg(k.name order by k.popularity desc, k.person_id))[1], not k.is_whole
        from known as k
        join parts as p on case when k.is_whole then p.joined else p.name end = k.key
        group by p.first, p.last, k.is_whole
        order by k.is_whole desc, p.last - p.first desc, p.first
    loop
        if not (true = any(v_covered[v_named.first:v_named.last])) then
            for v_place in v_named.first .. v_named.last loop
                v_covered[v_place] := true;
            end loop;
            return next v_named;
        end if;
    end loop;
end
$$;
comment on function private.people_in(text[], private.viewer) is
'Returns the people that words of a query name.';
revoke execute on function private.people_in(text[], private.viewer) from public;
grant execute on function private.people_in(text[], private.viewer) to anon, authenticated, service_role;
