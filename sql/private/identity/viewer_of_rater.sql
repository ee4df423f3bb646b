-- For whom a rater's list is made: its profile's age (a child's sees nothing above PG), whether it
-- sees what is unrated (a child does not), and languages, the country and
-- tier of the caller, else the country of the profile's account. No rater, or one without a profile:
-- nothing is hidden by age.
-- Languages: the preferred one, then up to four of what the rater liked, the most liked first. Fifty liked items tell,
-- the first by id, which is by chance: so a heavy rater costs no more than a light one.
-- For definer functions and workers only.
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
comment on function private.viewer_of_rater(uuid) is 'For whom a rater''s list is made.';
revoke execute on function private.viewer_of_rater(uuid) from public;
