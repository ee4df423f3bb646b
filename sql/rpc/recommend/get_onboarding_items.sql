-- Lists items that a new user should rate first: many people rated them and their ratings differ, so that an answer
-- says most about taste.
-- The items are of different genres. Items that the acting profile rated, disliked or dismissed, or may not see, are
-- left out.
--   count  maximum number of items, 1 to 50, default 10
--   kind   movie, tv_show, sports or book, default movie
-- Returns id, kind, title, overview, year, language, image, rating_count, average_rating; the most informative first.
-- Items without published ratings follow, by the popularity that their data source states.
-- Raises 22023 for a parameter out of range, named in detail.field.
-- Roles: anon, authenticated, service_role.
-- Example: rpc/get_onboarding_items {"count": 10, "kind": "movie"}
-- Example response: [{"id": "0780…", "kind": "movie", "title": "Bridget Jones's Diary", "overview": "A single London
-- publishing assistant in her …", "year": 2001, "language": "en", "image": null, "rating_count": 80, "average_rating":
-- 3.4}, …]
create or replace function public.get_onboarding_items(count integer default 10, kind text default 'movie')
returns setof public.popular_item
language plpgsql stable rows 10 set search_path = ''
as $$
#variable_conflict use_column
declare
    v_count integer := coalesce(get_onboarding_items.count, 10);
begin
    perform private.check_range('count', v_count, 1, 50);
    perform private.check_kind(get_onboarding_items.kind);
    return query
    select
        c.id, c.kind, c.title, c.overview, c.year, c.language, c.image,
        coalesce(s.rating_count, 0), s.rating_sum / nullif(s.rating_count, 0)
    from private.onboarding(coalesce(get_onboarding_items.kind, 'movie'), v_count) as o
    join public.catalog_items as c on c.id = o.item_id
    left join public.item_stats as s on s.item_id = o.item_id
    order by o.place;
end
$$;
comment on function public.get_onboarding_items(integer, text) is 'Lists items that a new user should rate first.';
revoke execute on function public.get_onboarding_items(integer, text) from public;
grant execute on function public.get_onboarding_items(integer, text) to anon, authenticated, service_role;
