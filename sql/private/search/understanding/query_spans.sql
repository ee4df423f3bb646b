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
        with parts as materialized (
            select f.first, l.last, array_to_string(tokens[f.first:l.last], ' ') as phrase
            from generate_series(1, cardinality(tokens)) as f (first)
            cross join lateral generate_series(f.first, least(f.first + 4, cardinality(tokens))) as l (last)
        ), known as materialized (
            select q.phrase, array_agg(q.need || ' ' || q.mark order by q.need, q.mark) as marks
            from private.query_words as q
            where q.phrase = any(array(select p.phrase from parts as p))
            group by q.phrase
        )
        select p.first, p.last, p.phrase, k.marks
        from known as k
        join parts as p on p.phrase = k.phrase
        order by p.last - p.first desc, p.first
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
