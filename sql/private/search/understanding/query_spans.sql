-- Helper. Returns the phrases of up to five consecutive words that the vocabulary holds, the longest first, without
-- those that overlap a longer one. Each mark is preceded by the number of its need and a space.
create or replace function private.query_spans(tokens text[]) returns setof private.query_span
language plpgsql stable rows 5 set search_path = ''
as $$
declare
    v_span private.query_span;
    v_covered boolean[] := array_fill(false, array[cardinality(tokens)]);
begin
    for v_span in
        select f.first, l.last, w.phrase, array_agg(w.need || ' ' || w.mark order by w.need, w.mark) as marks
        from generate_series(1, cardinality(tokens)) as f (first)
        cross join lateral generate_series(f.first, least(f.first + 4, cardinality(tokens))) as l (last)
        cross join lateral (
            select q.phrase, q.need, q.mark
            from private.query_words as q
            where q.phrase = array_to_string(tokens[f.first:l.last], ' ')
            offset 0
        ) as w
        group by f.first, l.last, w.phrase
        order by l.last - f.first desc, f.first
    loop
        if not (true = any(v_covered[v_span.first:v_span.last])) then
            for v_place in v_span.first .. v_span.last loop
                v_covered[v_place] := true;
            end loop;
            return next v_span;
        end if;
    end loop;
end
$$;
comment on function private.query_spans(text[]) is
'Returns the phrases of a query that the vocabulary holds.';
revoke execute on function private.query_spans(text[]) from public;
grant execute on function private.query_spans(text[]) to anon, authenticated, service_role;
