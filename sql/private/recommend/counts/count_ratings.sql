-- Trigger. Adds the changed ratings to private.item_counts and to the counts of public.raters, or subtracts them: the
-- argument is 1 or -1. Ratings of raters that are not counted change the rater's own counts only. Item counts are
-- locked in the order of their ids, so that two clients that rate the same items cannot deadlock.
-- The raters are updated first: this locks them, so that is_counted cannot change between the read of it and the
-- commit.
-- Definer: clients may not write counts.
create or replace function private.count_ratings() returns trigger
language plpgsql security definer set search_path = ''
as $$
declare
    v_sign integer := tg_argv[0];
begin
    update public.raters as r set
        rating_count = r.rating_count + c.rating_count,
        rating_sum = r.rating_sum + c.rating_sum,
        ratings_version = r.ratings_version + 1
    from (
        select rater_id, v_sign * count(*) as rating_count, v_sign * sum(rating) as rating_sum
        from changed_rows
        group by rater_id
    ) as c
    where r.id = c.rater_id;

    insert into private.item_counts as s (item_id, kind, rating_count, rating_sum, rating_square_sum)
    select
        i.id,
        i.kind,
        v_sign * count(*),
        v_sign * sum(c.rating),
        v_sign * sum(power(c.rating, 2))
    from changed_rows as c
    join public.items as i on i.id = c.item_id
    left join public.raters as r on r.id = c.rater_id
    where coalesce(r.is_counted, true)
    group by i.id, i.kind
    order by i.id
    on conflict (item_id) do update set
        rating_count = s.rating_count + excluded.rating_count,
        rating_sum = s.rating_sum + excluded.rating_sum,
        rating_square_sum = s.rating_square_sum + excluded.rating_square_sum;
    return null;
end
$$;
comment on function private.count_ratings() is 'Trigger: maintains the exact counts of items and raters.';
revoke execute on function private.count_ratings() from public;
