-- Reads a query as search_content does, for clients that embed queries themselves: they embed the text that it returns,
-- and send the embedding with the query, or none if the text is empty.
--   query   the search text, 1 to 1,000 characters
--   ignore  what is not to be understood, as in search_content; default nothing
-- Returns JSON: corrected, the query with misspellings corrected; text, the corrected query without people, years and
-- the title after "like"; understood, as in search_content.
-- Raises 22023 for a parameter that is missing or out of range, named in detail.field.
-- Roles: anon, authenticated, service_role.
-- Example: rpc/understand_query {"query": "iranian drama of the 90s"}
-- Example response: {"text": "iranian drama of the", "corrected": "iranian drama of the 90s", "understood":
-- {"like": null, "people": [], "dropped": [], "filters": {"genres": ["drama"], "year_to": 1999, "countries": ["IR"],
-- "languages": ["fa"], "year_from": 1990}, "corrections": []}}
create or replace function public.understand_query(query text default null, ignore text[] default null)
returns jsonb
language plpgsql stable set search_path = ''
as $$
declare
    v_ignored text[] := coalesce(understand_query.ignore, '{}');
    v_known private.understanding;
begin
    perform private.check_search(coalesce(understand_query.query, ''), null, null, 1, null, v_ignored);
    v_known := private.understand_search(
        private.parse_search(understand_query.query), null, v_ignored, private.current_viewer()
    );
    return jsonb_build_object(
        'corrected', case when v_known.said -> 'corrections' = '[]' then understand_query.query else v_known.name end,
        'text', v_known.text,
        'understood', v_known.said
    );
end
$$;
comment on function public.understand_query(text, text[]) is
'Returns what search_content understands in a query, and the text to embed for it.';
revoke execute on function public.understand_query(text, text[]) from public;
grant execute on function public.understand_query(text, text[]) to anon, authenticated, service_role;
