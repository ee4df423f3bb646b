-- Helper. Returns the people that consecutive words of a query name, the longest names first, without overlaps. Names
-- may be written joined or in either order. A last name alone counts too, for the people whom most items credit.
create or replace function private.people_in(tokens text[]) returns setof private.query_people
language plpgsql stable rows 2 set search_path = ''
as $$
declare
    v_named private.query_people;
    v_covered boolean[] := array_fill(false, array[cardinality(tokens)]);
begin
    for v_named in
        select g.first, g.last, p.people, p.name, not p.is_whole
        from (
            select f.first, l.last, array_to_string(tokens[f.first:l.last], ' ') as name
            from generate_series(1, cardinality(tokens)) as f (first)
            cross join lateral generate_series(f.first, least(f.first + 3, cardinality(tokens))) as l (last)
        ) as g
        cross join lateral (
            select
                (array_agg(s.person_id order by s.popularity desc, s.person_id))[:5] as people,
                (array_agg(s.name order by s.popularity desc, s.person_id))[1] as name,
                s.joined is not null as is_whole
            from (
                select s.person_id, s.name, s.popularity, s.joined
                from private.search_people as s
                where s.joined = replace(g.name, ' ', '')
                union
                select s.person_id, s.name, s.popularity, null
                from private.search_people as s
                where s.start = g.name and s.joined is null and length(g.name) > 2
            ) as s
            group by s.joined is not null
        ) as p
        order by p.is_whole desc, g.last - g.first desc, g.first
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
comment on function private.people_in(text[]) is
'Returns the people that words of a query name.';
revoke execute on function private.people_in(text[]) from public;
grant execute on function private.people_in(text[]) to anon, authenticated, service_role;
