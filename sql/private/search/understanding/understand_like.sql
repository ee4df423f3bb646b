-- Helper. Finds the title that a query compares with: after "like", or, in Hindi and Japanese, before its counterpart.
-- Words after the title are searched for.
create or replace function private.understand_like(known private.understanding, viewer private.viewer)
returns private.understanding
language plpgsql stable set search_path = ''
as $$
declare
    v_span private.query_span;
    v_title record;
    v_first integer;
    v_count integer := cardinality(known.tokens);
    v_rest integer;
begin
    select s.* into v_span from unnest(known.spans) as s where s.marks && array['1 like', '1 like after'] limit 1;
    if not found then
        return known;
    end if;
    if '1 like' = any(v_span.marks) then
        v_first := v_span.last + 1;
        select t.* into v_title from private.title_at(known.tokens[v_first:], viewer) as t;
    else
        select t.*, f.first into v_title
        from generate_series(1, v_span.first - 1) as f (first)
        cross join lateral private.title_at(known.tokens[f.first:v_span.first - 1], viewer) as t
        where t.words = v_span.first - f.first
        order by f.first
        limit 1;
        v_first := v_span.first - v_title.words;
    end if;
    if v_title.document is null then
        return known;
    end if;
    -- Words after the title that the vocabulary holds, as in "but funny", are understood like those before it.
    v_rest := v_first + v_title.words;
    while known.tokens[v_rest] in ('but', 'only', 'except', 'with', 'plus', 'and', 'instead', 'set', 'in', 'a', 'more') loop
        v_rest := v_rest + 1;
    end loop;
    for v_place in 1 .. v_count loop
        known.roles[v_place] := case
            when v_place between v_first and v_first + v_title.words - 1 then 'liked'
            when v_place between v_span.first and v_span.last then 'like'
            when v_place >= v_first + v_title.words and v_place < v_rest then 'filler'
            when v_place >= v_rest and '1 like' = any(v_span.marks) and exists (
                select
                from generate_series(v_rest, v_count) as t (place)
                where not exists (select from unnest(known.spans) as s where t.place between s.first and s.last)
            )
            then 'left'
        end;
    end loop;
    known.liked := v_title.document;
    known.said := known.said || jsonb_build_object('like', (
        select jsonb_build_object(
            'id', c.id, 'title', c.title, 'phrase',
            array_to_string(known.tokens[v_first:v_first + v_title.words - 1], ' ')
        )
        from private.search_documents as d
        cross join lateral (select c.* from public.catalog_items as c where c.id = d.item_id offset 0) as c
        where d.document = known.liked
    ));
    return known;
end
$$;
comment on function private.understand_like(private.understanding, private.viewer) is
'Finds the title that a query compares with.';
revoke execute on function private.understand_like(private.understanding, private.viewer) from public;
grant execute on function private.understand_like(private.understanding, private.viewer)
to anon, authenticated, service_role;
