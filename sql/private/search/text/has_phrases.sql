-- Helper. Returns whether the texts of an item contain all of these phrases, word for word, and none of the excluded
-- ones. Case, accents and punctuation do not matter.
create or replace function private.has_phrases(item_id uuid, phrases text[], excluded text[]) returns boolean
language plpgsql stable set search_path = ''
as $$
declare
    v_text text;
begin
    select ' ' || private.fold_name(
        concat_ws(
            ' ', s.title, s.original_title, array_to_string(s.authors || s.alternative_titles, ' '), s.subtitle, s.overview
        )
    ) || ' ' into v_text
    from private.search_sources as s
    where s.item_id = has_phrases.item_id;
    return
        (select coalesce(bool_and(strpos(v_text, ' ' || private.fold_name(p) || ' ') > 0), true) from unnest(phrases) as p)
        and not exists (
            select from unnest(excluded) as p where strpos(v_text, ' ' || private.fold_name(p) || ' ') > 0
        );
end
$$;
comment on function private.has_phrases(uuid, text[], text[]) is
'Returns whether an item contains all of these phrases and none of the excluded ones.';
revoke execute on function private.has_phrases(uuid, text[], text[]) from public;
grant execute on function private.has_phrases(uuid, text[], text[]) to anon, authenticated, service_role;
