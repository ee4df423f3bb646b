-- Helper. Records which accounts changed which published figures; a figure is published again once enough different
-- accounts changed it (private.publication.min_accounts). The three arrays belong together, one element per rating or
-- event; figure is ratings or interactions. Each change also changes the item's trends, of the world ('001') and of the
-- country.
-- An account that took part in a publication today is not recorded again today, so that the same few accounts cannot
-- have a figure published again and again. Accounts are stored as keyed hashes. No more rows are written than one
-- publication needs. They are written in the order of their key, so that two writers cannot deadlock.
-- Triggers call it, with the rights of the owner.
create or replace function private.note_changes(item_ids uuid[], rater_ids uuid[], countries text[], figure text)
returns void
language sql set search_path = ''
as $$
    with voters as materialized (
        select
            e.rater_id,
            md5(p.secret::text || coalesce(o.account_id, e.rater_id)::text)::uuid as voter,
            p.min_accounts
        from (select distinct unnest(note_changes.rater_ids) as rater_id) as e
        cross join private.publication as p
        left join public.raters as r on r.id = e.rater_id
        left join public.profiles as o on o.id = r.profile_id
        where coalesce(r.is_counted, true)
    ), changed as (
        select distinct c.item_id, f.figure, v.voter, v.min_accounts
        from unnest(note_changes.item_ids, note_changes.rater_ids, note_changes.countries)
            as c (item_id, rater_id, country)
        join voters as v on v.rater_id = c.rater_id
        cross join lateral (values (note_changes.figure), ('001'), (c.country)) as f (figure)
        where f.figure is not null
    ), numbered as (
        select c.*, row_number() over (partition by c.item_id, c.figure order by c.voter) as number from changed as c
    )
    insert into private.pending_changes as c (item_id, figure, voter)
    select n.item_id, n.figure, n.voter
    from numbered as n
    join public.items as i on i.id = n.item_id
    where n.number <= n.min_accounts
    order by n.item_id, n.figure, n.voter
    on conflict on constraint pending_changes_pkey do update set
        is_pending = true, changed_on = excluded.changed_on
    where c.changed_on < excluded.changed_on
$$;
comment on function private.note_changes(uuid[], uuid[], text[], text) is
'Records which accounts changed which published figures.';
revoke execute on function private.note_changes(uuid[], uuid[], text[], text) from public;
