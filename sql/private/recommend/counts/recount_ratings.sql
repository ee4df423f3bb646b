-- Trigger. Applies updated ratings to private.item_counts and public.raters, as private.count_ratings does for
-- inserted and deleted ones. It locks each item once, in the order of ids: counting old and new ratings one after the
-- other would deadlock two users who move a rating between the same two items in opposite directions. It does not lock
-- items whose counts stay.
-- Definer: clients may not write counts.
create or replace function private.recount_ratings() returns trigger
language plpgsql security definer set search_path = ''
as $$
begin
    update public.raters as r set
        rating_count = r.rating_count + c.rating_count,
        rating_sum = r.rating_sum + c.rating_sum,
        ratings_version = r.ratings_version + 1
    from (
        select e.rater_id, sum(e.sign) as rating_count, sum(e.sign * e.rating) as rating_sum
        from (
            select -1 as sign, o.rater_id, o.rating from old_rows as o
            union all
            select 1, n.rater_id, n.rating from new_rows as n
        ) as e
        group by e.rater_id
    ) as c
    where r.id = c.rater_id;

    insert into private.item_counts as s (item_id, kind, rating_count, rating_sum, rating_square_sum)
    select n.id, n.kind, n.rating_count, n.rating_sum, n.rating_square_sum
    from (
        select
            i.id,
            i.kind,
            sum(c.sign) as rating_count,
            sum(c.sign * c.rating) as rating_sum,
            sum(c.sign * power(c.rating, 2)) as rating_square_sum
        from (
            select -1 as sign, o.rater_id, o.item_id, o.rating from old_rows as o
            union all
            select 1, n.rater_id, n.item_id, n.rating from new_rows as n
        ) as c
        join public.items as i on i.id = c.item_id
        left join public.raters as r on r.id = c.rater_id
        where coalesce(r.is_counted, true)
        group by i.id, i.kind
    ) as n
    where n.rating_count <> 0 or n.rating_sum <> 0 or n.rating_square_sum <> 0
    order by n.id
    on conflict (item_id) do update set
        rating_count = s.rating_count + excluded.rating_count,
        rating_sum = s.rating_sum + excluded.rating_sum,
        rating_square_sum = s.rating_square_sum + excluded.rating_square_sum;
    return null;
end
$$;
comment on function private.recount_ratings() is 'Trigger: applies updated ratings to the counts of items and raters.';
revoke execute on function private.recount_ratings() from public;
