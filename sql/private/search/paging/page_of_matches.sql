-- Helper. Returns up to `count` of the matches, in their order, that follow the last match of the previous page.
--   after  the previous page's cursor, from private.read_cursor; null: the first page
create or replace function private.page_of_matches(matches private.search_match[], after jsonb, count integer)
returns private.search_match[]
language plpgsql stable set search_path = ''
as $$
declare
    v_document integer := (after ->> 'document')::integer;
    v_score double precision;
begin
    if after is null then
        return matches[:page_of_matches.count];
    end if;
    v_score := coalesce(
        (select m.score from unnest(matches) as m where m.document = v_document), (after ->> 'score')::double precision
    );
    return array(
        select row(m.document, m.score, m.words, m.closeness, m.similarity, m.tier)::private.search_match
        from unnest(matches) with ordinality as m (document, score, words, closeness, similarity, tier, place)
        where m.score < v_score or m.score = v_score and m.document > v_document
        order by m.place
        limit page_of_matches.count
    );
end
$$;
comment on function private.page_of_matches(private.search_match[], jsonb, integer) is
'Returns the matches of a page.';
revoke execute on function private.page_of_matches(private.search_match[], jsonb, integer) from public;
grant execute on function private.page_of_matches(private.search_match[], jsonb, integer)
to anon, authenticated, service_role;
