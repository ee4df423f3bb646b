-- Helper. Publishes up to `batch` trends, of an item in a country or in the world, that enough accounts changed since
-- their last publication; returns the number of trends. An account counts once per item, type and day, with its latest
-- event, in the world and in one country: that of the latest event that has one. A trend of fewer accounts gets no row.
-- If n accounts are needed, all events after the latest event of the n-th latest account count as of that event;
-- otherwise a single new event would stand out among old ones. Noise and rounding apply to the number of events,
-- weighted as of that moment.
-- private.publish_counts calls it.
create or replace function private.publish_trends(batch integer) returns integer
language plpgsql set search_path = ''
as $$
declare
    v_rule private.publication := (select p from private.publication as p);
    v_published integer;
begin
    with due as materialized (
        select c.item_id, c.figure as country
        from private.pending_changes as c
        where c.figure not in ('ratings', 'interactions') and c.is_pending
        group by c.item_id, c.figure
        having count(*) >= v_rule.min_accounts
        limit batch
    ), taken as (
        update private.pending_changes as c set is_pending = false
        where (c.item_id, c.figure, c.voter) in (
            select p.item_id, p.figure, p.voter
            from private.pending_changes as p
            join due as d on d.item_id = p.item_id and d.country = p.figure
            where p.is_pending
            for update of p skip locked
        )
    ), undone as materialized (
        select u.item_id, u.rater_id, max(array[least(u.occurred_at, u.received_at), u.received_at]) as moment
        from public.interactions as u
        where u.type = 'undo' and u.item_id in (select d.item_id from due as d)
        group by u.item_id, u.rater_id
    ), cast_votes as materialized (
        select
            t.item_id, t.voter, max(t.weight) as weight, private.trend_of(1, max(t.occurred_at)) as week,
            (array_agg(t.country order by t.country is null, t.occurred_at desc, t.country))[1] as country
        from private.trend_votes as t
        left join undone as u on u.item_id = t.item_id and u.rater_id = t.rater_id and u.moment >= t.moment
        where u.rater_id is null and t.item_id in (select d.item_id from due as d)
        group by t.item_id, t.voter, t.type, t.day
    ), votes as materialized (
        select d.item_id, d.country, c.voter, c.weight, c.week
        from due as d
        join cast_votes as c on c.item_id = d.item_id and (d.country = '001' or c.country = d.country)
    ), latest as (
        select l.item_id, l.country, (array_agg(l.week order by l.week desc))[v_rule.min_accounts] as week
        from (
            select v.item_id, v.country, v.voter, max(v.week) as week
            from votes as v
            group by v.item_id, v.country, v.voter
        ) as l
        group by l.item_id, l.country
    ), summed as (
        select
            l.item_id, l.country, l.week,
            sum(v.weight * power(2::double precision, greatest(least(v.week - l.week, 0), -1000))) as events
        from latest as l
        join votes as v on v.item_id = l.item_id and v.country = l.country
        where l.week is not null
        group by l.item_id, l.country, l.week
    ), rounded as materialized (
        select
            s.item_id, s.country, s.week,
            case
                when v_rule.event_noise > 0 then greatest(1, round(2 * (s.events + private.laplace_noise(v_rule.event_noise)))) / 2
                else s.events
            end as events
        from summed as s
    ), removed as (
        delete from public.item_trends as t
        using due as d
        where
            t.item_id = d.item_id and t.country = d.country
            and not exists (select from rounded as r where r.item_id = d.item_id and r.country = d.country)
    ), written as (
        insert into public.item_trends as t (item_id, country, kind, language, trend)
        select r.item_id, r.country, i.kind, i.language, r.week + ln(r.events) / ln(2::double precision)
        from rounded as r
        join public.items as i on i.id = r.item_id
        where r.events > 0
        order by r.item_id, r.country
        on conflict (item_id, country) do update set language = excluded.language, trend = excluded.trend
    )
    select count(*) into v_published from due;
    return v_published;
end
$$;
comment on function private.publish_trends(integer) is 'Publishes the trends that enough accounts changed.';
revoke execute on function private.publish_trends(integer) from public;
