-- Helper. Finds genres, moods, languages, countries and keywords in the words before a description. Keywords alone are
-- wishes: items that have them come first, but others may match. Any other need is a filter. If the vocabulary does not
-- hold all of these words, only a language or country counts, and genres beside it.
create or replace function private.understand_concepts(
    known private.understanding, ignored text[], viewer private.viewer
)
returns private.understanding
language plpgsql stable set search_path = ''
as $$
declare
    v_count integer := cardinality(known.tokens);
    v_head integer := v_count;
    v_span private.query_span;
    v_marks text[];
    v_is_covered boolean;
    v_has_origin boolean;
    v_is_film boolean;
    v_keywords boolean;
begin
    for v_span in
        select s.* from unnest(known.spans) as s where s.marks && array['1 about', '1 job:actor'] order by s.first
    loop
        if known.roles[v_span.first] is null and v_span.first > 1 then
            v_head := v_span.first - 1;
            known.roles[v_span.first] := 'filler';
            for v_place in v_span.first + 1 .. v_count loop
                known.roles[v_place] := coalesce(known.roles[v_place], 'left');
            end loop;
            exit;
        end if;
    end loop;
    if not known.is_title and v_head <= 6 and not 'keywords' = any(ignored) then
        known.spans := known.spans || array(
            select s from private.keyword_spans(known.tokens[:v_head], known.roles, known.spans, viewer) as s
        );
    end if;
    v_is_covered := not exists (
        select
        from generate_series(1, v_head) as t (place)
        where
            known.roles[t.place] is null
            and not exists (select from unnest(known.spans) as s where t.place between s.first and s.last)
    );
    select
        coalesce(bool_or(exists (select from unnest(s.marks) as m (mark) where m.mark ~ '^\d (language|country):')), false),
        coalesce(bool_or(
            s.phrase ~ '^(films?|movies?|cinema|peliculas?|kino|filme)$'
            or s.last = v_head and exists (select from unnest(s.marks) as m (mark) where m.mark ~ '^\d genre:')
        ), false)
    into v_has_origin, v_is_film
    from unnest(known.spans) as s
    where s.last <= v_head;
    if not v_is_covered and (known.is_title or not (v_has_origin and v_is_film)) then
        return known;
    end if;
    for v_span in
        select s.* from unnest(known.spans) as s where s.last <= v_head order by s.first
    loop
        continue when num_nonnulls(variadic known.roles[v_span.first:v_span.last]) > 0;
        v_keywords := null;
        for v_marks in
            select array_agg(substr(m.mark, 3) order by m.mark)
            from unnest(v_span.marks) as m (mark)
            where
                m.mark ~ '^\d (genre|keyword|language|country|kind):'
                and private.is_understood(substr(m.mark, 3), known.filters, ignored)
            group by left(m.mark, 1)
            order by left(m.mark, 1)
        loop
            v_keywords := not exists (select from unnest(v_marks) as m (mark) where m.mark not like 'keyword:%');
            if not v_keywords then
                known.needs := known.needs || array_to_string(v_marks, '|');
                for v_place in v_span.first .. v_span.last loop
                    known.roles[v_place] := 'need ' || cardinality(known.needs);
                end loop;
            else
                known.literal := known.literal || array(
                    select m.mark from unnest(v_marks) as m (mark) where substr(m.mark, 9) in (
                        v_span.phrase, replace(v_span.phrase, ' ', '-'), rtrim(v_span.phrase, 's')
                    )
                );
                if known.wishes is null then
                    known.wishes := v_marks;
                else
                    known.wishes_2 := coalesce(known.wishes_2, '{}') || v_marks;
                end if;
            end if;
            if v_keywords and known.roles[v_span.first] is null then
                for v_place in v_span.first .. v_span.last loop
                    known.roles[v_place] := case
                        when v_marks && array[
                            'keyword:' || v_span.phrase, 'keyword:' || replace(v_span.phrase, ' ', '-'),
                            'keyword:' || rtrim(v_span.phrase, 's')
                        ] then 'wish'
                        else 'mood'
                    end;
                end loop;
            end if;
        end loop;
        if v_keywords is null and exists (
            select from unnest(v_span.marks) as m (mark) where m.mark ~ '^\d (filler|job:any|job:director|job:actor)$'
        ) then
            for v_place in v_span.first .. v_span.last loop
                known.roles[v_place] := 'filler';
            end loop;
        end if;
    end loop;
    return known;
end
$$;
comment on function private.understand_concepts(private.understanding, text[], private.viewer) is
'Finds genres, moods, languages, countries and keywords in a query.';
revoke execute on function private.understand_concepts(private.understanding, text[], private.viewer) from public;
grant execute on function private.understand_concepts(private.understanding, text[], private.viewer)
to anon, authenticated, service_role;
