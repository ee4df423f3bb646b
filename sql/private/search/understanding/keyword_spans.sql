-- Helper. Returns the words of a query, up to four in a row, that are keywords of items and not in the vocabulary; the
-- longest first, without overlaps. For a viewer with an age limit there are only keywords of items that it may see.
create or replace function private.keyword_spans(
    tokens text[], roles text[], spans private.query_span[], viewer private.viewer
)
returns setof private.query_span
language plpgsql stable rows 2 set search_path = ''
as $$
declare
    v_span private.query_span;
    v_covered boolean[];
begin
    v_covered := array(
        select
            roles[t.place] is not null or exists (
                select from unnest(spans) as s where t.place between s.first and s.last and not '1 filler' = any(s.marks)
            )
        from generate_subscripts(tokens, 1) as t (place)
        order by t.place
    );
    for v_span in
        select
            g.first, g.last, g.phrase,
            array(
                select '1 ' || m
                from unnest(g.marks) as m
                where
                    exists (select from private.search_documents as d where d.marks && array[m])
                    and (viewer.age is null or private.has_visible_mark(array[m], viewer))
            )
        from (
            select
                f.first, l.last, p.phrase,
                array[
                    'keyword:' || p.phrase, 'keyword:' || replace(p.phrase, ' ', '-'),
                    'keyword:' || rtrim(p.phrase, 's'), 'keyword:' || p.phrase || 's'
                ] as marks
            from generate_subscripts(tokens, 1) as f (first)
            cross join lateral generate_series(f.first, least(f.first + 3, cardinality(tokens))) as l (last)
            cross join lateral array_to_string(tokens[f.first:l.last], ' ') as p (phrase)
            where not true = any(v_covered[f.first:l.last]) and length(p.phrase) > 2
        ) as g
        where
            exists (select from private.search_documents as d where d.marks && g.marks)
            and (viewer.age is null or private.has_visible_mark(g.marks, viewer))
        order by g.last - g.first desc, g.first
    loop
        continue when true = any(v_covered[v_span.first:v_span.last]);
        continue when exists (
            select from unnest(spans) as s where s.first = v_span.first and s.last = v_span.last
        );
        for v_place in v_span.first .. v_span.last loop
            v_covered[v_place] := true;
        end loop;
        return next v_span;
    end loop;
end
$$;
comment on function private.keyword_spans(text[], text[], private.query_span[], private.viewer) is
'Returns the words of a query that are keywords of items.';
revoke execute on function private.keyword_spans(text[], text[], private.query_span[], private.viewer) from public;
grant execute on function private.keyword_spans(text[], text[], private.query_span[], private.viewer)
to anon, authenticated, service_role;
