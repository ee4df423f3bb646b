-- Helper. Returns the items with the highest published trends; the score is the number of events, weighted as of now.
--   kind       null: all kinds
--   languages  languages of the items; null: all languages
--   country    two capital letters, where the events occurred; null: the world
--   count      the maximum number of items
--   viewer     only items that this viewer may see; null: all items
-- Each kind and language is read from an index in descending order, until count visible items are found.
create or replace function private.trending(
    kind text, languages text[], country text, count integer, viewer private.viewer default null
)
returns table (item_id uuid, score double precision, language text)
language plpgsql stable rows 20 set search_path = '' set plan_cache_mode = force_custom_plan
as $$
#variable_conflict use_column
declare
    v_country text := coalesce(trending.country, '001');
    v_kinds text[] := case
        when trending.kind is null then array['movie', 'tv_show', 'sports', 'book'] else array[trending.kind]
    end;
    v_now double precision := private.trend_of(1, now());
begin
    return query
    with listed as (
        select t.*
        from unnest(v_kinds) as k (kind)
        cross join lateral (
            select t.item_id, t.trend, t.language
            from public.item_trends as t
            where
                trending.languages is null
                and t.country = v_country and t.kind = k.kind
                and (select private.is_available(i, viewer) from public.items as i where i.id = t.item_id)
            order by t.trend desc, t.item_id
            limit trending.count
        ) as t
        union all
        select t.*
        from unnest(v_kinds) as k (kind)
        cross join (select distinct l.language from unnest(trending.languages) as l (language)) as l
        cross join lateral (
            select t.item_id, t.trend, t.language
            from public.item_trends as t
            where
                t.country = v_country and t.kind = k.kind and t.language = l.language
                and (select private.is_available(i, viewer) from public.items as i where i.id = t.item_id)
            order by t.trend desc, t.item_id
            limit trending.count
        ) as t
    )
    select l.item_id, power(2::double precision, greatest(l.trend - v_now, -1000)), l.language
    from listed as l
    order by l.trend desc, l.item_id
    limit trending.count;
end
$$;
comment on function private.trending(text, text[], text, integer, private.viewer) is
'Returns the items with the highest trends, by country and language.';
revoke execute on function private.trending(text, text[], text, integer, private.viewer) from public;
grant execute on function private.trending(text, text[], text, integer, private.viewer)
to anon, authenticated, service_role;
