-- Recommends items to watch or read next, each with a reason.
-- The list blends several sources, by the weights in recommendation_weights: items often liked together with items that
-- the profile rated (item model), items liked by users with similar taste, items whose description is similar to liked
-- items, items with the genres, languages, decades and people of liked items, trends in the profile's languages, and
-- popular items. Items with what the profile likes more often than others do then rise, others fall, popular ones too.
-- Items that the profile rated, disliked, dismissed or finished, or may not see, are left out.
--   count       maximum number of items, 1 to 200, default 20
--   kind        movie, tv_show, sports or book; if omitted, all kinds
--   diversity   0 to 1, default 0.3: 0 sorts by score alone, 1 by dissimilarity of descriptions and genres alone, among
--               the best 60 items or more (re-ranking by MMR)
--   profile_id  one of your own profiles; if omitted, the acting profile; the service may send any profile's id
-- Returns id, kind, title, overview, year, language, image, score (the highest is 1), reason_code, reason (a sentence),
-- because_of (the id of the liked item that the reason names); in the order to show. Ten items in a row have at most
-- two reasons of one code, as long as something else is true of the item. Reason codes: liked_together, taste, liked (a
-- similar description), same_director, same_actor, same_keyword, same_genre, same_language, same_decade, highly_rated,
-- popular_in_language, popular_in_country, popular, and rated (nothing more specific is true).
-- Raises 22023 for a parameter out of range, 42501 for another user's profile, PT404 (service only) for an unknown
-- profile; named in detail.field. kids_mode if a kids profile acts and profile_id is another profile.
-- Roles: anon, authenticated, service_role.
-- Example: rpc/get_recommendations {"count": 10, "kind": "movie"}
-- Example response: [{"id": "329b…", "kind": "movie", "title": "Avatar", "overview": "A paralysed marine on a lush
-- moon explores …", "year": 2009, "language": "en", "image": null, "score": 1, "reason_code": "liked_together",
-- "reason": "Because you liked Alien Resurrection", "because_of": "fb22…"}, …]
create or replace function public.get_recommendations(
    count integer default 20, kind text default null, diversity real default 0.3, profile_id uuid default null
)
returns setof public.recommended_item
language plpgsql stable rows 20 set search_path = ''
as $$
#variable_conflict use_column
declare
    v_count integer := coalesce(get_recommendations.count, 20);
    v_diversity real := coalesce(get_recommendations.diversity, 0.3);
begin
    perform private.check_range('count', v_count, 1, 200);
    perform private.check_range('diversity', v_diversity, 0, 1);
    perform private.check_kind(get_recommendations.kind);
    -- Check the caller before the query: a plan that reads no list would not evaluate the check.
    perform private.rater_of_profile(get_recommendations.profile_id);
    return query
    select
        c.id, c.kind, c.title, c.overview, c.year, c.language, c.image, r.score, r.reason_code,
        case r.reason_code
            when 'liked_together' then 'Because you liked ' || b.title
            when 'liked' then 'Similar to ' || b.title
            when 'same_director' then 'Directed by ' || r.subject || ', like ' || b.title
            when 'same_actor' then 'With ' || r.subject || ', as in ' || b.title
            when 'same_keyword' then upper(left(r.subject, 1)) || substr(r.subject, 2) || ', like ' || b.title
            when 'same_genre' then 'Because you like ' || r.subject
            when 'same_language' then 'In ' || coalesce(private.language_name(r.subject), 'its language') || ', like much that you like'
            when 'same_decade' then 'From the ' || r.subject || 's, like much that you like'
            when 'taste' then 'People with your taste liked it'
            when 'highly_rated' then 'Highly rated'
            when 'popular_in_language' then 'Popular in ' || coalesce(private.language_name(r.subject), 'your language')
            when 'popular_in_country' then 'Popular in your country'
            when 'popular' then 'Popular with everyone'
            else 'Because of what you rated'
        end,
        r.because_of
    from private.recommend(
        get_recommendations.profile_id, get_recommendations.kind, v_count, v_diversity
    ) as r
    join public.catalog_items as c on c.id = r.item_id
    left join public.catalog_items as b on b.id = r.because_of
    order by r.place;
end
$$;
comment on function public.get_recommendations(integer, text, real, uuid) is
'Recommends items to watch or read next, each with a reason.';
revoke execute on function public.get_recommendations(integer, text, real, uuid) from public;
grant execute on function public.get_recommendations(integer, text, real, uuid) to anon, authenticated, service_role;
