-- Helper. Replaces the misspelt words of a query by similar ones, and says so. A misspelt name of a person is corrected
-- as a whole. For a viewer with an age limit only words of items that it may see count as similar, since another one
-- could name a title.
create or replace function private.correct_query(known private.understanding, viewer private.viewer)
returns private.understanding
language plpgsql stable set search_path = ''
as $$
declare
    v_word record;
    v_said jsonb := '[]';
begin
    for v_word in
        select m.place, m.word, array(
            select s.word
            from unnest(m.similar_words) with ordinality as s (word, place)
            where
                viewer.age is null
                or private.has_visible_word(array[s.word] || ts_lexize('english_stem', s.word), viewer)
            order by s.place
        ) as similar_words
        from private.misspelt_words(known.tokens, known.spans, viewer) as m
        order by m.place
    loop
        continue when v_word.similar_words = '{}';
        known.tokens[v_word.place] := v_word.similar_words[1];
        known.similar_words := known.similar_words || v_word.similar_words;
        v_said := v_said || jsonb_build_object('from', v_word.word, 'to', v_word.similar_words[1]);
    end loop;
    if v_said <> '[]' then
        known.name := array_to_string(known.tokens, ' ');
        known.words := known.name;
        known.text := known.name;
        known.said := known.said || jsonb_build_object('corrections', v_said);
        known.spans := array(select s from private.query_spans(known.tokens) as s);
        known.is_title := private.is_of_title(known.name, viewer);
    end if;
    return known;
end
$$;
comment on function private.correct_query(private.understanding, private.viewer) is
'Replaces the misspelt words of a query by similar ones.';
revoke execute on function private.correct_query(private.understanding, private.viewer) from public;
grant execute on function private.correct_query(private.understanding, private.viewer)
to anon, authenticated, service_role;
