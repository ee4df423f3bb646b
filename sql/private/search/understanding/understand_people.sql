-- Helper. Finds the people that a query names. A name of several words counts anywhere; a single word only after
-- "directed by", "with" and the like, or if the vocabulary holds all other words. Ignored people are searched for
-- as words.
create or replace function private.understand_people(
    known private.understanding, ignored text[], viewer private.viewer
)
returns private.understanding
language plpgsql stable set search_path = ''
as $$
declare
    v_named private.query_people;
    v_marker private.query_span;
    v_job text;
    v_is_alone boolean;
    v_people jsonb := '[]';
begin
    for v_named in select p.* from private.people_in(known.tokens, viewer) as p loop
        continue when num_nonnulls(variadic known.roles[v_named.first:v_named.last]) > 0;
        v_marker := null;
        select s.* into v_marker
        from unnest(known.spans) as s
        where s.last = v_named.first - 1 and s.marks && array['1 job:director', '1 job:actor', '1 job:any'];
        v_is_alone := not exists (
            select
            from generate_subscripts(known.tokens, 1) as t (place)
            where
                t.place not between v_named.first and v_named.last
                and known.roles[t.place] is null
                and not exists (select from unnest(known.spans) as s where t.place between s.first and s.last)
        );
        continue when known.is_title and not (v_is_alone and v_named.last > v_named.first and not v_named.is_surname)
            and v_marker is null;
        continue when (v_named.is_surname or v_named.first = v_named.last) and not v_is_alone and not coalesce(
            v_marker.marks && array['1 job:director', '1 job:actor'] or v_marker.phrase = 'by', false
        );
        -- A word of the vocabulary, such as French or West, is a name only where a name must follow.
        continue when v_named.first = v_named.last and v_marker is null and exists (
            select from unnest(known.spans) as s where v_named.first between s.first and s.last
        );
        v_job := case
            when '1 job:director' = any(v_marker.marks) then 'director'
            when '1 job:actor' = any(v_marker.marks) then 'actor'
            else 'person'
        end;
        if v_job <> 'person' and not private.has_visible_mark(
            array(select v_job || ':' || p.id from unnest(v_named.people) as p (id)), viewer
        ) then
            v_job := 'person';
        end if;
        for v_place in coalesce(v_marker.first, v_named.first) .. v_named.last loop
            known.roles[v_place] := case
                when 'people' = any(ignored) then 'left' else 'person ' || (cardinality(known.needs) + 1)
            end;
        end loop;
        continue when 'people' = any(ignored);
        known.needs := known.needs
            || array_to_string(array(select v_job || ':' || p.id from unnest(v_named.people) as p (id)), '|');
        v_people := v_people || jsonb_build_object(
            'name', v_named.name, 'phrase', array_to_string(known.tokens[v_named.first:v_named.last], ' '),
            'job', nullif(v_job, 'person'), 'ids', to_jsonb(v_named.people)
        );
    end loop;
    known.said := known.said || jsonb_build_object('people', v_people);
    return known;
end
$$;
comment on function private.understand_people(private.understanding, text[], private.viewer) is
'Finds the people that a query names.';
revoke execute on function private.understand_people(private.understanding, text[], private.viewer) from public;
grant execute on function private.understand_people(private.understanding, text[], private.viewer)
to anon, authenticated, service_role;
