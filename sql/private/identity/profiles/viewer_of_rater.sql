-- Helper. Returns the viewer that a rater's lists are built for: the age limit of its profile, whether it sees unrated
-- items, its languages, the caller's country (else the account's), and the caller's tier. Without a rater or profile
-- there is no age limit.
-- Languages: the preferred one, then up to four of the items it liked (3.5 or more), by number of likes. At most fifty
-- liked items are counted, the first by id, which is a random sample, so that raters with many ratings cost no more.
-- Called by definer functions and workers only.
create or replace function private.viewer_of_rater(rater_id uuid) returns private.viewer
language sql stable set search_path = ''
as $$
    with liked as (
        select r.item_id
        from public.ratings as r
        where r.rater_id = viewer_of_rater.rater_id and r.rating >= 3.5
        order by r.item_id
        limit 50
    ), spoken as (
        select i.language, count(*) as likes
        from liked as l
        join public.items as i on i.id = l.item_id
        where i.language is not null
        group by i.language
    ), owner as (
        select
            private.profile_age(p.maturity_rating, p.is_kids) as age,
            p.shows_unrated and not p.is_kids as shows_unrated,
            p.language_preference,
            a.country
        from public.raters as r
        join public.profiles as p on p.id = r.profile_id
        join public.accounts as a on a.id = p.account_id
        where r.id = viewer_of_rater.rater_id
    )
    select
        viewer_of_rater.rater_id,
        coalesce(private.current_country(), o.country),
        o.age,
        private.current_tier(),
        array[coalesce(o.language_preference, 'en')] || array(
            select s.language
            from spoken as s
            where s.language <> coalesce(o.language_preference, 'en')
            order by s.likes desc, s.language
            limit 4
        ),
        o.shows_unrated
    from (select) as one
    left join owner as o on true
$$;
comment on function private.viewer_of_rater(uuid) is 'The viewer that a rater''s lists are built for.';
revoke execute on function private.viewer_of_rater(uuid) from public;
