-- Helper. Returns the words of a query, folded. Chinese, Japanese and Korean text is split before and after the phrases
-- of the vocabulary, unless it is a title.
create or replace function private.query_tokens(words text, viewer private.viewer) returns text[]
language plpgsql stable set search_path = ''
as $$
declare
    v_name text := private.fold_name(words);
    v_phrases text;
begin
    if
        v_name ~ '[\u3040-\u30ff\u3400-\u9fff\uac00-\ud7af]'
        and not exists (
            select
            from private.search_names as n
            where
                n.is_whole and replace(n.start, ' ', '') = replace(v_name, ' ', '')
                and private.is_visible_name(n, viewer)
        )
    then
        -- Postgres takes the longest alternative of those that match at a position.
        select string_agg(distinct w.phrase, '|') into v_phrases
        from private.query_words as w
        where w.language in ('ja', 'zh', 'ko') and strpos(v_name, w.phrase) > 0;
        v_name := btrim(regexp_replace(regexp_replace(v_name, '(' || v_phrases || ')', ' \1 ', 'g'), ' +', ' ', 'g'));
    end if;
    return string_to_array(coalesce(v_name, private.fold_name(words)), ' ');
end
$$;
comment on function private.query_tokens(text, private.viewer) is
'Returns the words of a query, folded.';
revoke execute on function private.query_tokens(text, private.viewer) from public;
grant execute on function private.query_tokens(text, private.viewer) to anon, authenticated, service_role;
