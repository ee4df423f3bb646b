-- Functions, triggers and policies as sql/ has them.

set lock_timeout = '10s';
set check_function_bodies = off;

-- source: sql/private/recommend/publication/trend_votes.sql
-- The ratings and events that trends are computed from, undone ones included. A rating weighs rating / 5, an event
-- interaction_types.trend_weight; types without one are left out. The day is that of receipt by the server, whatever
-- time the client stated. `moment` orders the events of a rater as private.feedback does; ratings have none. An event
-- is undone by an undo of its rater and item at this moment or later: private.publish_trends compares it with the
-- latest, once for each rater and item, since comparing each event with each undo would take their product.
create or replace view private.trend_votes with (security_invoker = true) as
select
    r.item_id,
    v.voter,
    r.country,
    'rating' as type,
    (r.created_at at time zone 'UTC')::date as day,
    r.rating::double precision / 5 as weight,
    r.created_at as occurred_at,
    r.rater_id,
    null::timestamptz[] as moment
from public.ratings as r
inner join private.counted_raters as v on r.rater_id = v.rater_id
union all
select
    i.item_id,
    v.voter,
    i.country,
    i.type,
    (i.received_at at time zone 'UTC')::date as day,
    t.trend_weight as weight,
    i.occurred_at,
    i.rater_id,
    array[least(i.occurred_at, i.received_at), i.received_at] as moment
from public.interactions as i
inner join public.interaction_types as t on i.type = t.name
inner join private.counted_raters as v on i.rater_id = v.rater_id
where t.trend_weight > 0;
comment on view private.trend_votes is
'The ratings and events that trends are computed from, each with its voter and weight, undone events included.';

-- source: sql/private/catalog/items/permitted_items.sql
-- Policy predicate. Returns the ids of all items that the acting profile's age permits. Policies of tables with many
-- rows an item test for membership (in), for which PostgreSQL hashes the ids once a query; private.item_exists would be
-- called for each row. Never raises.
-- Definer: with row level security the policy of items would evaluate the same rule again for each row.
create or replace function private.permitted_items() returns setof uuid
language plpgsql stable security definer set search_path = '' rows 10000
as $$
declare
    v_rule text := private.age_rule();
    v_age smallint := rtrim(v_rule, '+')::smallint;
begin
    return query
    select i.id from public.items as i
    where v_rule is null or i.minimum_age <= v_age or i.minimum_age is null and v_rule like '%+';
end
$$;
comment on function private.permitted_items() is 'Returns the ids of all items that exist for the acting profile.';
revoke execute on function private.permitted_items() from public;
grant execute on function private.permitted_items() to anon, authenticated, service_role;

-- source: sql/private/identity/profiles/guard_profile.sql
-- Trigger. While a kids profile acts, it may change only itself, without is_kids, maturity_rating, shows_unrated and
-- account_id, and may not create or delete profiles. Exception: outside kids mode, an account that has only kids
-- profiles may create another one, so that it stays usable. It names only pictures in the profile's own folder: others
-- are not its to read, and the named picture is published. Raises 403 kids_mode.
-- Definer: it reads the acting profile and all profiles of the account.
create or replace function private.guard_profile() returns trigger
language plpgsql security definer set search_path = ''
as $$
begin
    if private.is_kids_acting() and (case tg_op
        when 'UPDATE' then
            old.id is distinct from private.current_profile_id()
            or (old.account_id, old.is_kids, old.maturity_rating, old.shows_unrated)
            is distinct from (new.account_id, new.is_kids, new.maturity_rating, new.shows_unrated)
            or new.avatar_path is distinct from old.avatar_path
            and not private.is_in_profile_folder(new.avatar_path, new.id)
        when 'INSERT' then
            private.kids_profile_id() is not null
            or not private.is_in_profile_folder(new.avatar_path, new.id)
            or exists (
                select from public.profiles as p where p.account_id = private.caller_id() and not p.is_kids
            )
        else true
    end) then
        perform private.check_not_kids();
    end if;
    return coalesce(new, old);
end
$$;
comment on function private.guard_profile() is 'Trigger. Refuses changes of profiles that a child may not make.';
revoke execute on function private.guard_profile() from public;

-- source: sql/private/recommend/publication/publish_trends.sql
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

-- source: sql/private/platform/validation/as_latin_letters.sql
-- Helper. Replaces look-alike letters of other scripts, in circles, squares and flags, digits and signs by the Latin
-- letters that they imitate; i, I, 1 and l become l.
create or replace function private.as_latin_letters(name text) returns text
language sql immutable parallel safe
return translate(
    name,
    -- Cyrillic, Greek, Armenian, other Latin, Lisu, Cherokee, letters in circles, squares and flags, digits and signs.
    'АВЕКМНОРСТУХІЈЅИПГаевкмнорстухіјѕипгԁԛԝүһӏ'
    || 'ΑΒΕΖΗΙΚΜΝΟΡΤΥΧΙαβεηικνορτυχγσω'
    || 'օոսհɑıłøđðɡᴀʙᴄᴅᴇғɢʜɪᴊᴋʟᴍɴᴏᴘʀꜱᴛᴜᴠᴡʏᴢ'
    || 'ꓐꓑꓓꓔꓖꓗꓙꓚꓜꓝꓟꓠꓡꓢꓣꓦꓧꓪꓫꓬꓮꓰꓲꓳꓴᎪᏴᏟᎠᎬᏀᎻᎥᎫᏦᏞᎷᏢᎡᏚᎢᏙᎳᏃɗɓƒɱɩɲɽʂƭʋʐɛᗅᗷᗞᑕ'
    || 'ɅΛλՏԼ'
    || '🅐🅑🅒🅓🅔🅕🅖🅗🅘🅙🅚🅛🅜🅝🅞🅟🅠🅡🅢🅣🅤🅥🅦🅧🅨🅩🅰🅱🅲🅳🅴🅵🅶🅷🅸🅹🅺🅻🅼🅽🅾🅿🆀🆁🆂🆃🆄🆅🆆🆇🆈🆉🇦🇧🇨🇩🇪🇫🇬🇭'
    || '🇮🇯🇰🇱🇲🇳🇴🇵🇶🇷🇸🇹🇺🇻🇼🇽🇾🇿'
    || '01345789@$!¡|iI',
    'ABEKMHOPCTYXIJSNNRaebkmhopctyxijsnnrdqwyhl'
    || 'ABEZHIKMNOPTYXIabenikvoptuxyow'
    || 'onuhailoddgabcdefghijklmnoprstuvwyz'
    || 'BPDTGKJCZFMNLSRVHWXYAElOUABCDEGHlJKLMPRSTVWZdbfmlnrstvzeABDC'
    || 'AAaSL'
    || 'ABCDEFGHIJKLMNOPQRSTUVWXYZABCDEFGHIJKLMNOPQRSTUVWXYZABCDEFGH'
    || 'IJKLMNOPQRSTUVWXYZ'
    || 'oleastbgasllllL'
);
comment on function private.as_latin_letters(text) is
'The text with look-alike letters replaced by the Latin letters that they imitate.';
revoke execute on function private.as_latin_letters(text) from public;
grant execute on function private.as_latin_letters(text) to anon, authenticated, service_role;

-- source: sql/private/platform/validation/confusable_form.sql
-- Helper. Reduces a name to its visual form, ignoring differences of look-alike letters of other scripts, full-width
-- and mathematical letters, accents, case, digits used as letters, and separators. Two names with the same skeleton can
-- be mistaken for each other (after Unicode Technical Standard 39, limited to characters that commonly imitate names).
-- Letters are replaced before and after lower(): some imitate a letter only as a capital, and the small form of others
-- is the one that imitates.
create or replace function private.confusable_form(name text) returns text
language sql immutable parallel safe
return replace(
    replace(
        regexp_replace(
            private.as_latin_letters(
                lower(private.as_latin_letters(
                    regexp_replace(normalize(normalize(name, nfkc), nfd), '[\u0300-\u036f]', '', 'g')
                ))
            ),
            '[^[:alnum:]]+', '', 'g'
        ),
        'rn', 'm'
    ),
    'i', 'l'
);
comment on function private.confusable_form(text) is
'The visual form of a name: names with equal skeletons look alike.';
revoke execute on function private.confusable_form(text) from public;
grant execute on function private.confusable_form(text) to anon, authenticated, service_role;

-- source: sql/access/item_neighbours.sql
-- Everyone reads the weights of the models in private.readable_models, of any version, between items that exist for the
-- acting profile. Weights of rated_alike are excluded: if only one rater rated both items, a weight reveals a rating.
alter table public.item_neighbours enable row level security;
revoke all on public.item_neighbours from anon, authenticated;
grant select on public.item_neighbours to anon, authenticated;
grant all on public.item_neighbours to service_role;

drop policy if exists item_neighbours_select_everybody on public.item_neighbours;
create policy item_neighbours_select_everybody on public.item_neighbours
for select to anon, authenticated
using (
    model_id = any((select private.readable_models())::bigint[])
    and (
        not (select private.has_age_limit())
        or item_id in (select private.permitted_items()) and neighbour_id in (select private.permitted_items())
    )
);
comment on policy item_neighbours_select_everybody on public.item_neighbours is
'Everyone reads weights of readable models between items that exist for the acting profile.';
