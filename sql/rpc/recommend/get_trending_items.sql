-- Lists items that people rate, watch and share now: an event loses half its weight each week.
-- Items that the caller may not see are left out. Trends are published figures: of five accounts or more, rounded, and
-- changed in batches.
--   count     maximum number of items, 1 to 200, default 20
--   kind      movie, tv_show, sports or book; if omitted, all kinds
--   country   country of the events: two capital letters (ISO 3166); if omitted, the world
--   language  language of the items: two or three small letters (ISO 639); if omitted, all languages
-- Returns id, kind, title, overview, year, language, image, score (the number of events, weighted as of now); highest
-- score first.
-- Raises 22023 for a parameter out of range, named in detail.field.
-- Roles: anon, authenticated, service_role.
-- Example: rpc/get_trending_items {"count": 10, "country": "FR"}
-- Example response: [{"id": "84ef…", "kind": "movie", "title": "Brazil", "overview": "In a retro-futuristic
-- bureaucracy choked by …", "year": 1985, "language": "en", "image": null, "score": 62.998}, …]
create or replace function public.get_trending_items(
    count integer default 20, kind text default null, country text default null, language text default null
)
returns setof public.trending_item
language plpgsql stable rows 20 set search_path = ''
as $$
#variable_conflict use_column
declare
    v_count integer := coalesce(get_trending_items.count, 20);
    v_languages text[] := case when get_trending_items.language is not null then array[get_trending_items.language] end;
    v_viewer private.viewer := private.current_viewer();
begin
    perform private.check_range('count', v_count, 1, 200);
    perform private.check_kind(get_trending_items.kind);
    perform private.check_form('country', get_trending_items.country, '^[A-Z]{2}$', 'FR');
    perform private.check_form('language', get_trending_items.language, '^[a-z]{2,3}$', 'fr');
    return query
    select c.id, c.kind, c.title, c.overview, c.year, c.language, c.image, t.score
    from private.trending(
        get_trending_items.kind, v_languages, get_trending_items.country, v_count, v_viewer
    ) as t
    join public.catalog_items as c on c.id = t.item_id
    order by t.score desc, c.id;
end
$$;
comment on function public.get_trending_items(integer, text, text, text) is
'Lists items that people rate, watch and share now.';
revoke execute on function public.get_trending_items(integer, text, text, text) from public;
grant execute on function public.get_trending_items(integer, text, text, text) to anon, authenticated, service_role;
