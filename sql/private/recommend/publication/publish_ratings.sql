-- Helper. Publishes the rating counts of up to `batch` items that enough accounts changed since their last publication;
-- returns the number of items. An account counts once, with the mean of its profiles' ratings. The count is rounded to
-- a multiple of a step; the sum gets noise of the size of one rating; the mean is shrunk to the global baseline and
-- rounded. An item that fewer accounts rated gets no figures. Recorded changes and counted ratings come from the same
-- snapshot: a rating that is being written is in neither. private.publish_counts calls it.
create or replace function private.publish_ratings(batch integer) returns integer
language plpgsql set search_path = ''
as $$
declare
    v_rule private.publication := (select p from private.publication as p);
    v_level double precision := coalesce(private.published_baseline(), 3.5);
    v_items uuid[];
begin
    with due as materialized (
        select c.item_id
        from private.pending_changes as c
        where c.figure = 'ratings' and c.is_pending
        group by c.item_id
        having count(*) >= v_rule.min_accounts
        limit batch
    ), taken as (
        update private.pending_changes as c set is_pending = false
        where (c.item_id, c.figure, c.voter) in (
            select p.item_id, p.figure, p.voter
            from private.pending_changes as p
            join due as d on d.item_id = p.item_id
            where p.figure = 'ratings' and p.is_pending
            for update of p skip locked
        )
    ), opinions as (
        select r.item_id, v.voter, avg(r.rating) as rating
        from due as d
        join public.ratings as r on r.item_id = d.item_id
        join private.counted_raters as v on v.rater_id = r.rater_id
        group by r.item_id, v.voter
    ), counted as (
        select o.item_id, count(*) as accounts, sum(o.rating) as total, var_pop(o.rating) as variance
        from opinions as o
        group by o.item_id
        having count(*) >= v_rule.min_accounts
    ), rounded as materialized (
        select
            c.item_id,
            private.stochastic_round(c.accounts, v_rule.count_step) as count,
            (c.total + private.laplace_noise(v_rule.rating_noise) + v_rule.prior * v_level)
            / (c.accounts + v_rule.prior) as mean,
            (c.accounts * c.variance + private.laplace_noise(power(v_rule.rating_noise, 2)) + 4 * v_rule.prior)
            / (c.accounts + 4 * v_rule.prior) as variance
        from counted as c
    ), published as (
        select
            r.item_id,
            r.count,
            case
                when v_rule.rating_noise > 0 then round(greatest(0.5, least(5, r.mean))::numeric, 1)
                else r.mean
            end as mean,
            greatest(0, least(5, r.variance)) as variance
        from rounded as r
    ), written as (
        insert into public.item_stats as s (item_id, kind, rating_count, rating_sum, rating_square_sum)
        select
            i.id, i.kind, coalesce(p.count, 0), coalesce(p.count * p.mean, 0),
            coalesce(p.count * (p.mean * p.mean + p.variance), 0)
        from due as d
        join public.items as i on i.id = d.item_id
        left join published as p on p.item_id = d.item_id
        order by i.id
        on conflict (item_id) do update set
            rating_count = excluded.rating_count, rating_sum = excluded.rating_sum,
            rating_square_sum = excluded.rating_square_sum
        returning s.item_id
    )
    select array_agg(w.item_id) into v_items from written as w;
    delete from public.item_stats as s
    where s.item_id = any(v_items) and s.rating_count = 0 and s.interaction_count = 0;
    return coalesce(cardinality(v_items), 0);
end
$$;
comment on function private.publish_ratings(integer) is
'Publishes the rating counts of items that enough accounts changed.';
revoke execute on function private.publish_ratings(integer) from public;
