-- Lists items by the acting profile's favourite genres: one row of items for each genre.
-- Favourite genres are those that the profile likes more often than others do, then those that it likes most, then the
-- most common ones. Items that the profile rated, disliked, dismissed or finished, or may not see, are left out; an
-- item is in one row only.
--   genres  maximum number of rows, 1 to 10, default 5
--   count   maximum number of items in a row, 1 to 50, default 12
--   kind    movie, tv_show, sports or book, default movie
-- Returns genre (its name), row_number (1 for the first row), id, kind, title, overview, year, language, image, score
-- (the recommendation's; 0 for an item that only fills up the row); in the order to show.
-- Raises 22023 for a parameter out of range, named in detail.field; 42501, PT404 and kids_mode for a profile in the
-- header x-profile-id, as get_recommendations for profile_id.
-- Roles: anon, authenticated, service_role.
-- Example: rpc/get_genre_rows {"genres": 3, "count": 10}
-- Example response: [{"genre": "Science Fiction", "row_number": 1, "id": "84ef…", "kind": "movie", "title": "Brazil",
-- "overview": "In a retro-futuristic bureaucracy choked by …", "year": 1985, "language": "en", "image": null, "score":
-- 0.93}, …]
create or replace function public.get_genre_rows(
    genres integer default 5, count integer default 12, kind text default 'movie'
)
returns setof public.genre_row_item
language plpgsql stable rows 60 set search_path = ''
as $$
#variable_conflict use_column
declare
    v_genres integer := coalesce(get_genre_rows.genres, 5);
    v_count integer := coalesce(get_genre_rows.count, 12);
begin
    perform private.check_range('genres', v_genres, 1, 10);
    perform private.check_range('count', v_count, 1, 50);
    perform private.check_kind(get_genre_rows.kind);
    return query
    select
        r.genre, r.row_number, c.id, c.kind, c.title, c.overview, c.year, c.language, c.image, r.score
    from private.genre_rows(coalesce(get_genre_rows.kind, 'movie'), v_genres, v_count) as r
    join public.catalog_items as c on c.id = r.item_id
    order by r.row_number, r.place;
end
$$;
comment on function public.get_genre_rows(integer, integer, text) is
'Lists items by the acting profile''s favourite genres, one row each.';
revoke execute on function public.get_genre_rows(integer, integer, text) from public;
grant execute on function public.get_genre_rows(integer, integer, text) to anon, authenticated, service_role;
