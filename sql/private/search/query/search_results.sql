-- Helper. Returns matches in the form that clients receive, as a JSON array in the given order.
create or replace function private.search_results(matches private.search_match[], lexemes text[]) returns jsonb
language plpgsql stable set search_path = ''
as $$
declare
    v_lexemes tsquery := array_to_string(
        array(select '''' || replace(replace(l, '\', '\\'), '''', '''''') || '''' from unnest(lexemes) as l), ' | '
    );
begin
    return coalesce(jsonb_agg(to_jsonb(r) - 'place' order by r.place), '[]')
    from (
        select
            c.id, c.kind, c.title, c.overview, c.year, c.language, c.image, m.score, m.place, m.similarity,
            array_remove(array[
                case when m.words is not null then 'words' end,
                case when m.closeness is not null then 'name' end,
                case when m.similarity is not null then 'meaning' end
            ], null) as matched,
            private.highlight(d.stemmer, c.title, v_lexemes, true) as title_html,
            private.highlight(d.stemmer, c.overview, v_lexemes, false) as snippet_html
        from unnest(matches) with ordinality
        as m (document, score, words, closeness, similarity, tier, place)
        join private.search_documents as d on d.document = m.document
        cross join lateral (select c.* from public.catalog_items as c where c.id = d.item_id offset 0) as c
    ) as r;
end
$$;
comment on function private.search_results(private.search_match[], text[]) is
'Returns matches in the form that clients receive.';
revoke execute on function private.search_results(private.search_match[], text[]) from public;
grant execute on function private.search_results(private.search_match[], text[]) to anon, authenticated, service_role;
