-- Functions, triggers and policies as sql/ has them.

set lock_timeout = '10s';
set check_function_bodies = off;

-- Its rows have a column more.
drop function private.neighbours(uuid);

insert into private.quotas (resource, amount, anonymous_amount, meaning) values
('deletions_cancelled', 10, 10, 'Deletions of an account taken back in a month.');

-- source: sql/private/identity/cancel_deletion.sql
-- Take back the deletion of the caller's account; was there one whose day has not come? As often in a month as its
-- quota says, since each time is two entries of the audit log. Raises 42501 without an account, PT409 beyond the
-- quota.
-- Definer: clients write neither account_deletions nor accounts.status.
create or replace function private.cancel_deletion() returns boolean
language plpgsql security definer set search_path = ''
as $$
declare
    v_account uuid := private.check_account();
begin
    delete from public.account_deletions as d where d.account_id = v_account and d.due_at > now();
    if not found then
        return false;
    end if;
    perform private.refuse_over_quota(
        private.use_quota(v_account, 'deletions_cancelled', 1, date_trunc('month', now(), 'UTC')::date),
        'deletions_cancelled', 'deletions taken back a month'
    );
    update public.accounts as a set status = 'active' where a.id = v_account and a.status = 'deleting';
    perform private.audit('account.deletion_cancelled', 'account', v_account::text, null, null);
    return true;
end
$$;
comment on function private.cancel_deletion() is 'Take back the deletion of the caller''s account.';
revoke execute on function private.cancel_deletion() from public;
grant execute on function private.cancel_deletion() to authenticated;

-- source: sql/private/identity/hold_rows.sql
-- Trigger, before a statement on rows of which several are written at once: private.hold_writes. Statements of triggers
-- follow the one that caused them.
create or replace function private.hold_rows() returns trigger
language plpgsql set search_path = ''
as $$
begin
    if pg_trigger_depth() = 1 then
        perform private.hold_writes();
    end if;
    return null;
end
$$;
comment on function private.hold_rows() is 'Trigger: the writes of a client follow one another.';
revoke execute on function private.hold_rows() from public;
grant execute on function private.hold_rows() to authenticated, service_role;

-- source: sql/private/identity/hold_writes.sql
-- Let a client's writes follow one another from their first row on: the lock of private.take_row_slots, taken before a
-- statement locks a row. Else two writes of one user that lock the same rows in different orders end as a deadlock,
-- and hold the counts of items, which everybody's ratings change, until it is noticed.
create or replace function private.hold_writes() returns void
language plpgsql set search_path = ''
as $$
declare
    v_caller text := nullif(current_setting('request.jwt.claims', true), '')::json ->> 'sub';
begin
    if current_setting('role', true) = 'authenticated' and v_caller is not null then
        perform pg_advisory_xact_lock(hashtextextended('rows:' || v_caller, 0));
    end if;
end
$$;
comment on function private.hold_writes() is 'Let the writes of a client follow one another.';
revoke execute on function private.hold_writes() from public;
grant execute on function private.hold_writes() to authenticated, service_role;

-- source: sql/private/identity/keep_kids_mode.sql
-- Trigger: while a session of a user is in kids mode, password, address and telephone number stay: Auth would change
-- them for that session too, and a child who chose the password could sign in by it. Raises PT403,
-- which Auth returns as 403 with the message. A user who signs the other sessions out first (signOut with scope others)
-- may change them; a soft deletion may.
-- Definer: the auth server's role may not read private tables.
create or replace function private.guard_kids_mode() returns trigger
language plpgsql security definer set search_path = ''
as $$
begin
    if new.deleted_at is null and exists (
        select
        from auth.sessions as s
        join private.kids_sessions as k on k.session_id = s.id
        where s.user_id = new.id
    ) then
        raise exception 'a session of this user is in kids mode'
            using errcode = 'PT403', hint = 'Leave kids mode, or sign the other sessions out first.';
    end if;
    return new;
end
$$;
comment on function private.guard_kids_mode() is 'Trigger: refuses a new password while a session is in kids mode.';
revoke execute on function private.guard_kids_mode() from public;

-- source: sql/private/identity/make_default_profile.sql
-- Make a profile its account's default one. Raises 22023 for null, 403 kids_mode, else as
-- private.rater_of_profile.
-- Definer: clients may not write is_default, nor lock an account's row.
create or replace function private.make_default_profile(profile_id uuid) returns void
language plpgsql security definer set search_path = ''
as $$
declare
    v_account uuid;
begin
    if profile_id is null then
        raise exception 'profile_id is missing' using errcode = '22023', detail = '{"field": "profile_id"}';
    end if;
    perform private.check_not_kids();
    perform private.hold_writes();
    perform private.rater_of_profile(make_default_profile.profile_id);
    select p.account_id into v_account from public.profiles as p where p.id = make_default_profile.profile_id;
    perform from public.accounts as a where a.id = v_account for no key update;
    update public.profiles as p set is_default = false
    where p.account_id = v_account and p.is_default and p.id <> make_default_profile.profile_id;
    update public.profiles as p set is_default = true
    where p.id = make_default_profile.profile_id and not p.is_default;
end
$$;
comment on function private.make_default_profile(uuid) is 'Make a profile its account''s default one.';
revoke execute on function private.make_default_profile(uuid) from public;
grant execute on function private.make_default_profile(uuid) to authenticated, service_role;

-- source: sql/private/identity/try_pin.sql
-- Compare a PIN with the account's. Null if it is right. Else the refusal as a response body, whose status is set too:
-- 403 pin_wrong, or 429 pin_locked after 5 wrong tries within 15 minutes, also for the right one. It is returned and
-- not raised: an error would roll back the count of tries. Tries at the same time wait for each other, so that exactly
-- 5 are compared. Only a text of a PIN's length is hashed, since the digest takes time by its length; any other is
-- wrong. Raises PT409 where the account has no PIN. For definer functions only.
create or replace function private.verify_pin(account_id uuid, pin text) returns jsonb
language plpgsql set search_path = ''
as $$
declare
    v_most constant integer := 5;
    v_window constant interval := '15 minutes';
    v_pin private.account_pins;
    v_failed timestamptz[];
    v_wait integer;
begin
    select p.* into v_pin from private.account_pins as p where p.account_id = try_pin.account_id for update;
    if not found then
        raise exception 'the account has no PIN' using errcode = 'PT409', hint = 'Set one by set_account_pin.';
    end if;
    v_failed := array(
        select f.at from unnest(v_pin.failed_at) as f (at) where f.at > clock_timestamp() - v_window order by f.at
    );
    if cardinality(v_failed) >= v_most then
        v_wait := greatest(1, ceil(extract(epoch from v_failed[1] + v_window - clock_timestamp())));
        return private.set_response_status(
            429, 'pin_locked', format('Too many wrong PINs: try again in %s s', v_wait),
            jsonb_build_object('retry_after', v_wait), v_wait
        );
    end if;
    if length(pin) <= 12 and private.hash_pin(pin, v_pin.salt, v_pin.rounds) is not distinct from v_pin.digest then
        update private.account_pins as p set failed_at = '{}' where p.account_id = try_pin.account_id;
        return null;
    end if;
    update private.account_pins as p set failed_at = v_failed || clock_timestamp() where p.account_id = try_pin.account_id;
    return private.set_response_status(
        403, 'pin_wrong', 'The PIN is wrong.', jsonb_build_object('tries_left', v_most - cardinality(v_failed) - 1)
    );
end
$$;
comment on function private.verify_pin(uuid, text) is 'Compare a PIN with the account''s, counting wrong tries.';
revoke execute on function private.verify_pin(uuid, text) from public;

-- source: sql/private/platform/is_plain_text.sql
-- Helper: is this a text that people can read, of 1 to so many characters? It has a visible character, no control
-- character, nothing invisible and no mark of direction, by which one name passes for another, and no pile of accents.
-- What looks invisible and carries meaning stays: joiners in the scripts that need them and between emoji, variants of
-- emoji and ideographs, the tags of flags. Null for null. Constraints and triggers of client-written texts use it.
create or replace function private.is_plain_text(value text, most integer) returns boolean
language sql immutable parallel safe set search_path = ''
as $$
    select case
        when length(value) > most then false
        else
            value ~ '[^\s\u00a0\u1680\u2000-\u200a\u202f\u205f\u3000]'
            -- Marks above and below a letter: more than three in a row in scripts that need three at most, more than
            -- seven in any.
            and value !~ (
                '[\u0300-\u036f\u0483-\u0489\u0591-\u05bd\u05bf-\u05c7\u0610-\u061a\u064b-\u065f\u0670'
                '\u06d6-\u06dc\u06df-\u06ed\u0711\u0730-\u074a\u07a6-\u07b0\u07eb-\u07f3\u0816-\u082d\u0859-\u085b'
                '\u0898-\u089f\u08ca-\u08ff\u0e31\u0e34-\u0e3a\u0e47-\u0e4e\u0eb1-\u0ebc\u0ec8-\u0ece\u1ab0-\u1aff'
                '\u1dc0-\u1dff\u20d0-\u20ff\u2cef-\u2cf1\u2de0-\u2dff\u302a-\u302f\u3099\u309a\ua66f-\ua69f\ua6f0\ua6f1'
                '\ua8e0-\ua8f1\ufe20-\ufe2f\U0001d165-\U0001d1ad\U0001da00-\U0001daaf\U0001e000-\U0001e02a]{4}'
            )
            and value !~ (
                '[\u0300-\u036f\u0900-\u0903\u093a-\u094f\u0951-\u0957\u0962\u0963\u0981-\u0983\u09bc-\u09cd\u09e2\u09e3'
                '\u0a01-\u0a03\u0a3c-\u0a51\u0a70\u0a71\u0a81-\u0a83\u0abc-\u0acd\u0ae2\u0ae3\u0b01-\u0b03\u0b3c-\u0b57'
                '\u0b62\u0b63\u0b82\u0bbe-\u0bcd\u0c00-\u0c04\u0c3c-\u0c56\u0c62\u0c63\u0c81-\u0c83\u0cbc-\u0cd6\u0ce2\u0ce3'
                '\u0d00-\u0d03\u0d3b-\u0d4d\u0d62\u0d63\u0d81-\u0d83\u0dca-\u0ddf\u0f18-\u0f39\u0f71-\u0f84\u0f86\u0f87'
                '\u0f8d-\u0fbc\u102b-\u103e\u1056-\u1059\u105e-\u1064\u1071-\u1074\u1082-\u108d\u17b4-\u17d3\u1dc0-\u1dff]{8}'
            )
            and value !~ '^\s*[\u0300-\u036f\u1ab0-\u1aff\u1dc0-\u1dff\u20d0-\u20ff\ufe20-\ufe2f]'
            and regexp_replace(
                regexp_replace(
                    regexp_replace(
                        value,
                        -- The flags of England, Scotland and Wales; a variant of an emoji or a keycap; one of an ideograph.
                        '\U0001f3f4\U000e0067\U000e0062(?:\U000e0065\U000e006e\U000e0067|\U000e0073\U000e0063\U000e0074'
                        '|\U000e0077\U000e006c\U000e0073)\U000e007f'
                        '|([#*0-9\u00a9\u00ae\u203c-\u3299\U0001f000-\U0001faff])[\ufe0e\ufe0f]'
                        '|([\u3400-\u9fff\uf900-\ufaff\U00020000-\U0003ffff])[\ufe00-\ufe02\U000e0100-\U000e01ef]',
                        '\1\2', 'g'
                    ),
                    -- A joiner between emoji.
                    '([\u2190-\u2bff\U0001f000-\U0001faff])\u200d(?=[\u2190-\u2bff\U0001f000-\U0001faff])', '\1', 'g'
                ),
                -- A joiner after a virama, and between letters of scripts whose letters join.
                '([\u094d\u09cd\u0a4d\u0acd\u0b4d\u0bcd\u0c4d\u0ccd\u0d4d\u0dca\u1039\u17d2])[\u200c\u200d]'
                '|([\u0620-\u07ff\u08a0-\u0dff\u1000-\u109f\u1780-\u18aa])[\u200c\u200d]'
                '(?=[\u0620-\u07ff\u08a0-\u0dff\u1000-\u109f\u1780-\u18aa])',
                '\1\2', 'g'
            ) !~ (
                '[\u0001-\u001f\u007f-\u009f\u00ad\u034f\u0600-\u0605\u061c\u06dd\u070f\u0890\u0891\u08e2\ufdd0-\ufdef\u115f\u1160\u17b4\u17b5\u180b-\u180f\u200b-\u200f'
                '\u2028-\u202e\u2060-\u206f\u2800\u3164\ue000-\uf8ff\ufe00-\ufe0f\ufeff\uffa0\ufff0-\uffff'
                '\U000110bd\U000110cd\U0001107f\U00013430-\U0001345f\U00016fe4\U0001d159\U0001fffe\U0001ffff'
                '\U0002fffe\U0002ffff\U0003fffe-\U000dffff\U0001bca0-\U0001bca3\U0001d173-\U0001d17a\U000e0000-\U0010ffff]'
            )
    end
$$;
comment on function private.is_plain_text(text, integer) is
'Is this a text that people can read, of 1 to so many characters?';
revoke execute on function private.is_plain_text(text, integer) from public;
grant execute on function private.is_plain_text(text, integer) to anon, authenticated, service_role;

-- source: sql/private/platform/is_reserved.sql
-- Helper: does this name look like a name of the service? Such are the reserved names, in the plural and with digits
-- after them too, names made of reserved words alone, such as Support Team, and names that contain the service's own.
-- Texts that are longer than a name are not compared, since that takes time by their length; left keeps the planner
-- from computing their skeletons in advance. Null for null.
-- Definer: clients may not read the list.
create or replace function private.is_reserved(name text) returns boolean
language sql stable security definer set search_path = ''
as $$
    with reserved as materialized (
        select private.confusable_form(r.name) as skeleton from private.reserved_names as r
    ), looks as (
        select w.skeleton from private.confusable_form(left(is_reserved.name, 100)) as w (skeleton)
        union all
        select private.confusable_form(regexp_replace(left(is_reserved.name, 100), '[0-9_ .-]+$', ''))
    ), words as (
        select private.confusable_form(w.word) as skeleton
        from regexp_split_to_table(
            left(is_reserved.name, 100), '[[:space:]_.,:;/|()<>{}+*~&#-]+|\[|\]'
        ) as w (word)
    )
    select
        strpos(private.confusable_form(left(is_reserved.name, 100)), private.confusable_form('cinefluent')) > 0
        or exists (
            select from looks as l join reserved as r on r.skeleton in (l.skeleton, regexp_replace(l.skeleton, 's$', ''))
        )
        or (
            select coalesce(
                bool_or(r.skeleton is not null)
                and bool_and(r.skeleton is not null or w.skeleton in ('the', 'of', 'for', 'and', 'desk', 'department')),
                false
            )
            from words as w
            left join reserved as r on r.skeleton in (w.skeleton, regexp_replace(w.skeleton, 's$', ''))
            where w.skeleton !~ '^[0-9]*$'
        )
    where length(is_reserved.name) <= 100
    union all
    select false where length(is_reserved.name) > 100
$$;
comment on function private.is_reserved(text) is 'Does this name look like one that speaks for the service?';
revoke execute on function private.is_reserved(text) from public;
grant execute on function private.is_reserved(text) to authenticated, service_role;

-- source: sql/private/recommend/collaborative.sql
-- Items that a rater's closest 40 neighbours rated and the rater has not: scored by the sum, over neighbours, of
-- affinity times rating / 5; of those that the viewer may see. A list ordered by predicted rating alone would be led by
-- what one neighbour liked.
-- No item depends on few people: neighbours of five accounts must have given it 3 or better, each account counts once
-- for an item, and none adds more to its score than the fifth largest share, so that one has a fifth of a score at
-- most.
-- Reads others' ratings: for definer functions and workers only.
create or replace function private.collaborative(rater_id uuid, kind text, count integer, viewer private.viewer)
returns table (item_id uuid, score double precision)
language sql stable rows 20 set search_path = ''
as $$
    with closest as materialized (
        select n.neighbour_id, n.voter, n.affinity
        from private.neighbours(collaborative.rater_id) as n
        where n.affinity > 0
        order by n.affinity desc, n.neighbour_id
        limit 40
    ), votes as (
        select distinct on (o.item_id, n.voter) o.item_id, o.rating, n.affinity * o.rating / 5 as share
        from closest as n
        join public.ratings as o on o.rater_id = n.neighbour_id
        order by o.item_id, n.voter, share desc
    ), rated as (
        select
            v.item_id,
            count(*) filter (where v.rating >= 3) as likes,
            array_agg(v.share order by v.share desc) as shares
        from votes as v
        group by v.item_id
    ), scored as (
        select r.item_id, (select sum(least(s.share, r.shares[5])) from unnest(r.shares) as s (share)) as score
        from rated as r
        where r.likes >= 5 and r.item_id not in (select private.excluded_items(collaborative.rater_id))
    )
    select s.item_id, s.score
    from scored as s
    join public.items as i on i.id = s.item_id and (collaborative.kind is null or i.kind = collaborative.kind)
    where private.is_available(i, viewer)
    order by s.score desc, s.item_id
    limit collaborative.count
$$;
comment on function private.collaborative(uuid, text, integer, private.viewer) is
'Items that a rater''s closest neighbours liked.';
revoke execute on function private.collaborative(uuid, text, integer, private.viewer) from public;

-- source: sql/private/recommend/count_ratings.sql
-- Trigger, with 1 or -1: item_counts and raters follow inserted or deleted ratings; those of raters
-- that are not counted change their rater alone. Rows are taken in id order,
-- so that two clients rating the same items cannot wait for each other in a circle.
-- Definer: clients may not write counts.
create or replace function private.count_ratings() returns trigger
language plpgsql security definer set search_path = ''
as $$
declare
    v_sign integer := tg_argv[0];
begin
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
    return null;
end
$$;
comment on function private.count_ratings() is 'Trigger: keeps the counts of items and raters.';
revoke execute on function private.count_ratings() from public;

-- source: sql/private/recommend/neighbours.sql
-- A rater's nearest neighbours, as private.nearest_raters returns them: as stored, which serves while no more than one
-- rating in twenty changed since, else computed here. A job stores them again soon after each change. The voter is the
-- account that a neighbour counts for (private.counted_raters): callers count accounts, since one account can have five
-- profiles that rate as it likes. Profiles of the rater's own account are left out.
-- Reads others' ratings: for definer functions and workers only.
create or replace function private.neighbours(rater_id uuid)
returns table (
    neighbour_id uuid, voter uuid, weight double precision, affinity double precision, level double precision
)
language plpgsql stable rows 150 set search_path = ''
as $$
#variable_conflict use_column
declare
    v_account uuid := (
        select p.account_id
        from public.raters as r
        join public.profiles as p on p.id = r.profile_id
        where r.id = neighbours.rater_id
    );
begin
    if (
        select r.similarities_version >= 0 and (r.ratings_version - r.similarities_version) * 20 <= r.rating_count
        from public.raters as r
        where r.id = neighbours.rater_id
    ) then
        return query
        select s.neighbour_id, v.voter, s.weight, s.affinity, s.level
        from public.user_similarities as s
        join private.counted_raters as v on v.rater_id = s.neighbour_id
        where s.rater_id = neighbours.rater_id and v.voter is distinct from v_account;
    else
        return query
        select n.neighbour_id, v.voter, n.weight, n.affinity, n.level
        from private.nearest_raters(neighbours.rater_id) as n
        join private.counted_raters as v on v.rater_id = n.neighbour_id
        where v.voter is distinct from v_account;
    end if;
end
$$;
comment on function private.neighbours(uuid) is 'A rater''s nearest neighbours, stored or computed.';
revoke execute on function private.neighbours(uuid) from public;

-- source: sql/private/recommend/predict.sql
-- What a rater would give to each item: the item's level, plus how far the rater gives more than items' levels, plus
-- how far those who rate alike departed from what the same says of them, plus how far the rater's own ratings of
-- items that are rated alike did (Koren, Factorization Meets the Neighborhood, KDD 2008). Each mean is drawn to zero
-- where little supports it. Levels are the published ones: exact ones would show what single raters gave. An item that
-- too few rated has the mean of all as its level, and no row where neighbours and items rated alike give nothing
-- either. A rater without ratings: the item's level.
-- Items rated alike are those of the model of that name; without one, neighbours alone count.
-- No prediction depends on few people: neighbours count where those of five accounts rated the item, each account once,
-- none more than the fifth, and predictions come in tenths.
-- Reads others' ratings: for definer functions and workers only.
create or replace function private.predict(rater_id uuid, item_ids uuid[])
returns table (item_id uuid, predicted_rating double precision)
language sql stable rows 20 set search_path = ''
as $$
    with of_all as materialized (
        select coalesce(private.published_baseline(), 3.5) as level
    ), asked as materialized (
        select
            i.item_id,
            private.item_baseline(coalesce(s.rating_sum, 0), coalesce(s.rating_count, 0), a.level) as level,
            coalesce(s.rating_count, 0) > 0 as is_published
        from (select distinct unnest(predict.item_ids) as item_id) as i
        left join public.item_stats as s on s.item_id = i.item_id
        cross join of_all as a
    ), mine as materialized (
        select
            r.item_id,
            r.rating - private.item_baseline(coalesce(s.rating_sum, 0), coalesce(s.rating_count, 0), a.level) as above
        from public.ratings as r
        left join public.item_stats as s on s.item_id = r.item_id
        cross join of_all as a
        where r.rater_id = predict.rater_id
    ), me as materialized (
        select coalesce(sum(m.above), 0) / (count(*) + 5) as bias from mine as m
    ), votes as (
        select distinct on (o.item_id, n.voter) o.item_id, n.weight, o.rating - a.level - n.level as departure
        from private.neighbours(predict.rater_id) as n
        join public.ratings as o on o.rater_id = n.neighbour_id and o.item_id = any(predict.item_ids)
        join asked as a on a.item_id = o.item_id
        where n.weight > 0
        order by o.item_id, n.voter, n.weight desc, n.neighbour_id
    ), shares as (
        select
            v.*,
            nth_value(v.weight, 5) over (
                partition by v.item_id order by v.weight desc rows between unbounded preceding and unbounded following
            ) as fifth
        from votes as v
    ), people as (
        select
            s.item_id,
            sum(least(s.weight, s.fifth) * s.departure) / (sum(least(s.weight, s.fifth)) + 0.5) as departure
        from shares as s
        where s.fifth is not null
        group by s.item_id
    ), items as (
        select a.item_id, sum(n.weight * (m.above - me.bias)) / (sum(n.weight) + 0.3) as departure
        from asked as a
        join public.item_neighbours as n on n.model_id = (select private.active_similarity_model()) and n.item_id = a.item_id
        join mine as m on m.item_id = n.neighbour_id
        cross join me
        group by a.item_id
    )
    select
        a.item_id,
        round(10 * greatest(0.5, least(5.0, a.level + me.bias + case
            when i.departure is null then coalesce(p.departure, 0)
            else 0.8 * i.departure + 0.5 * coalesce(p.departure, 0)
        end))) / 10
    from asked as a
    cross join me
    left join people as p on p.item_id = a.item_id
    left join items as i on i.item_id = a.item_id
    where a.is_published or p.departure is not null or i.departure is not null
$$;
comment on function private.predict(uuid, uuid[]) is 'What a rater would give to each item.';
revoke execute on function private.predict(uuid, uuid[]) from public;

-- source: sql/private/recommend/recount_ratings.sql
-- Trigger: item_counts and raters follow changed ratings, as in private.count_ratings. Each row is locked once
-- and by the order of ids: were old and new ratings counted one after the other, two users who move a rating between
-- the same two items in opposite directions would wait for each other. Rows whose count stays are not locked.
-- Definer: clients may not write counts.
create or replace function private.recount_ratings() returns trigger
language plpgsql security definer set search_path = ''
as $$
begin
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
    where n.rating_count <> 0 or n.rating_sum <> 0
    order by n.id
    on conflict (item_id) do update set
        rating_count = s.rating_count + excluded.rating_count,
        rating_sum = s.rating_sum + excluded.rating_sum,
        rating_square_sum = s.rating_square_sum + excluded.rating_square_sum;

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
    return null;
end
$$;
comment on function private.recount_ratings() is 'Trigger: the counts of items and raters follow changed ratings.';
revoke execute on function private.recount_ratings() from public;

-- source: sql/private/search/check_embedding.sql
-- Refuse a query vector that is missing, has another number of dimensions, or has a norm at which similarities overflow
-- or are NaN: the indexes hold vectors at half precision. Raises 22023.
create or replace function private.check_embedding(query_embedding extensions.vector) returns void
language plpgsql immutable set search_path = ''
as $$
begin
    if query_embedding is null or extensions.vector_dims(query_embedding) <> 384 then
        raise exception 'query_embedding must have 384 numbers, not %', coalesce(extensions.vector_dims(query_embedding), 0)
            using errcode = '22023', detail = '{"field": "query_embedding", "dimensions": 384}';
    end if;
    if extensions.vector_norm(query_embedding) between 0.001 and 60000 then
        return;
    end if;
    raise exception 'query_embedding must have a norm of 0.001 to 60,000, so not all zeros'
        using errcode = '22023', detail = '{"field": "query_embedding", "min": 0.001, "max": 60000}';
end
$$;
comment on function private.check_embedding(extensions.vector) is 'Refuse a query vector of the wrong length.';
revoke execute on function private.check_embedding(extensions.vector) from public;
grant execute on function private.check_embedding(extensions.vector) to anon, authenticated, service_role;

-- source: sql/private/search/parse_search.sql
-- A query in the syntax that people know: words, "phrases", -excluded and OR; anything else in it is text.
-- The first 32 words count, also where punctuation separates them. OR: what matches any of the words is found, however
-- little it says.
create or replace function private.parse_search(query text) returns private.parsed_search
language sql stable set search_path = ''
as $$
    with tokens as (
        select
            t.place,
            t.found[1] = '-' as is_excluded,
            t.found[2] is not null as is_phrase,
            coalesce(t.found[2], t.found[3]) as token
        from regexp_matches(query, '(-?)(?:"([^"]*)"?|([^\s"]+))', 'g') with ordinality as t (found, place)
    ), counted as (
        select
            t.*,
            w.words,
            (sum(cardinality(w.words)) over (order by t.place))::integer - cardinality(w.words) as words_before
        from tokens as t
        cross join lateral (
            select array_remove(regexp_split_to_array(t.token, '[[:punct:][:space:]]+'), '') as words
        ) as w
    ), kept as (
        select
            t.place,
            t.is_excluded,
            t.is_phrase,
            case
                when t.words_before + cardinality(t.words) <= 32 then t.token
                else array_to_string(t.words[:32 - t.words_before], ' ')
            end as token,
            lower(t.token) = 'or' and not t.is_phrase
            and t.place not in (min(t.place) over (), max(t.place) over ()) as is_or
        from counted as t
        where btrim(private.fold_name(t.token)) <> '' and t.place <= 32 and t.words_before < 32
    )
    select row(
        coalesce(
            string_agg(k.token, ' ' order by k.place) filter (where not k.is_excluded and not k.is_or),
            ''
        ),
        array_agg(k.token order by k.place) filter (where k.is_phrase and not k.is_excluded),
        coalesce(
            string_agg(k.token, ' ' order by k.place) filter (where k.is_excluded and not k.is_phrase and not k.is_or), ''
        ),
        array_agg(k.token order by k.place) filter (where k.is_phrase and k.is_excluded),
        coalesce(bool_or(k.is_or), false)
    )::private.parsed_search
    from kept as k
$$;
comment on function private.parse_search(text) is 'What a query asks for, in the syntax of search engines.';
revoke execute on function private.parse_search(text) from public;
grant execute on function private.parse_search(text) to anon, authenticated, service_role;

-- source: sql/private/platform/skeleton.sql
-- Helper: a name as the eye takes it: letters of other scripts that look Latin, full-width and mathematical letters,
-- accents, capitals, digits that stand for letters and signs between them make no difference. Two names with one
-- skeleton can be mistaken for each other (after Unicode Technical Standard 39, for the letters that names are
-- imitated with).
create or replace function private.confusable_form(name text) returns text
language sql immutable parallel safe
return replace(
    replace(
        regexp_replace(
            lower(
                translate(
                    regexp_replace(normalize(normalize(name, nfkc), nfd), '[\u0300-\u036f]', '', 'g'),
                    -- Cyrillic, Greek, Armenian, other Latin, Lisu, Cherokee, letters in circles, squares and flags,
                    -- digits and signs; i, I, 1 and l are one.
                    'АВЕКМНОРСТУХІЈЅИПГаевкмнорстухіјѕипгԁԛԝүһӏ'
                    || 'ΑΒΕΖΗΙΚΜΝΟΡΤΥΧΙαβεηικνορτυχγσω'
                    || 'օոսհɑıłøđðɡᴀʙᴄᴅᴇғɢʜɪᴊᴋʟᴍɴᴏᴘʀꜱᴛᴜᴠᴡʏᴢ'
                    || 'ꓐꓑꓓꓔꓖꓗꓙꓚꓜꓝꓟꓠꓡꓢꓣꓦꓧꓪꓫꓬꓮꓰꓲꓳꓴᎪᏴᏟᎠᎬᏀᎻᎥᎫᏦᏞᎷᏢᎡᏚᎢᏙᎳᏃɗɓƒɱɩɲɽʂƭʋʐɛᗅᗷᗞᑕ'
                    || 'ɅΛλ'
                    || '🅐🅑🅒🅓🅔🅕🅖🅗🅘🅙🅚🅛🅜🅝🅞🅟🅠🅡🅢🅣🅤🅥🅦🅧🅨🅩🅰🅱🅲🅳🅴🅵🅶🅷🅸🅹🅺🅻🅼🅽🅾🅿🆀🆁🆂🆃🆄🆅🆆🆇🆈🆉🇦🇧🇨🇩🇪🇫🇬🇭'
                    || '🇮🇯🇰🇱🇲🇳🇴🇵🇶🇷🇸🇹🇺🇻🇼🇽🇾🇿'
                    || '01345789@$!¡|iI',
                    'ABEKMHOPCTYXIJSNNRaebkmhopctyxijsnnrdqwyhl'
                    || 'ABEZHIKMNOPTYXIabenikvoptuxyow'
                    || 'onuhailoddgabcdefghijklmnoprstuvwyz'
                    || 'BPDTGKJCZFMNLSRVHWXYAElOUABCDEGHlJKLMPRSTVWZdbfmlnrstvzeABDC'
                    || 'AAa'
                    || 'ABCDEFGHIJKLMNOPQRSTUVWXYZABCDEFGHIJKLMNOPQRSTUVWXYZABCDEFGH'
                    || 'IJKLMNOPQRSTUVWXYZ'
                    || 'oleastbgasllllL'
                )
            ),
            '[^[:alnum:]]+', '', 'g'
        ),
        'rn', 'm'
    ),
    'i', 'l'
);
comment on function private.confusable_form(text) is 'A name as the eye takes it: names with one skeleton look alike.';
revoke execute on function private.confusable_form(text) from public;
grant execute on function private.confusable_form(text) to anon, authenticated, service_role;

-- source: sql/triggers/identity.sql
-- accounts, profiles and subscriptions tell when they changed; an account has a few profiles, at least one, and one of
-- them is the default; each profile has its pseudonym; changes of roles are on record. A profile that goes leaves its
-- ratings, unnamed. While a child acts, what concerns the account stays as it is.
create or replace trigger touch
before update on public.accounts
for each row execute function private.touch();

create or replace trigger touch
before update on public.profiles
for each row execute function private.touch();

create or replace trigger touch
before update on public.subscriptions
for each row execute function private.touch();

create or replace trigger check_time_zone
before update of time_zone on public.accounts
for each row when (new.time_zone is distinct from old.time_zone) execute function private.check_time_zone();

create or replace trigger guard_profile
before insert or update or delete on public.profiles
for each row execute function private.guard_profile();

create or replace trigger limit_profiles
before insert on public.profiles
for each row execute function private.limit_profiles();

create or replace trigger create_rater
after insert on public.profiles
for each row execute function private.create_rater();

create or replace trigger lock_own_account
before delete on public.profiles
for each statement execute function private.lock_own_account();

create or replace trigger keep_last_profile
before delete on public.profiles
for each row execute function private.guard_last_profile();

create or replace trigger replace_default_profile
after delete on public.profiles
for each row when (old.is_default) execute function private.replace_default_profile();

create or replace trigger audit_role
after insert or delete on private.user_roles
for each row execute function private.audit_role();

create or replace trigger unname_ratings
before delete on public.profiles
for each row execute function private.pseudonymise_ratings();

create or replace trigger end_kids_sessions
before delete on public.profiles
for each row execute function private.end_kids_sessions();

create or replace trigger refuse_kids
before update on public.accounts
for each statement execute function private.refuse_kids();

create or replace trigger refuse_kids
before insert on public.consents
for each statement execute function private.refuse_kids();

create or replace trigger forget_age_rule
after insert or update or delete on public.profiles
for each statement execute function private.reset_age_rule();

create or replace trigger forget_age_rule
after insert or update or delete on private.kids_sessions
for each statement execute function private.reset_age_rule();
create or replace trigger count_rater
after update of is_counted on public.raters
for each row when (old.is_counted is distinct from new.is_counted) execute function private.count_rater();

create or replace trigger hold_rows
before insert or update or delete on public.profiles
for each statement execute function private.hold_rows();

create or replace trigger admit_inserted
after insert on public.profiles referencing new table as changed_rows
for each statement execute function private.count_rows();

create or replace trigger admit_deleted
after delete on public.profiles referencing old table as changed_rows
for each statement execute function private.count_rows();

create or replace trigger admit_inserted
after insert on public.consents referencing new table as changed_rows
for each statement execute function private.count_rows();

-- source: sql/triggers/interactions.sql
-- A client writes so many events in a day; what is published of items follows them.
create or replace trigger hold_rows
before insert on public.interactions
for each statement execute function private.hold_rows();

create or replace trigger admit_inserted
after insert on public.interactions referencing new table as changed_rows
for each statement execute function private.count_rows();

create or replace trigger note_inserted
after insert on public.interactions referencing new table as new_rows
for each statement execute function private.note_interactions();

-- source: sql/triggers/ratings.sql
-- Who rates is the acting profile unless said otherwise, in the country of the request; a client writes so many ratings
-- in a day; counts, what is published, and neighbours follow every change.
alter table public.ratings alter column rater_id set default private.current_rater_id();
alter table public.ratings alter column country set default private.current_country();

create or replace trigger hold_rows
before insert or update or delete on public.ratings
for each statement execute function private.hold_rows();

create or replace trigger admit_inserted
after insert on public.ratings referencing new table as changed_rows
for each statement execute function private.count_rows();

create or replace trigger admit_updated
after update on public.ratings referencing new table as changed_rows
for each statement execute function private.count_rows();

create or replace trigger admit_deleted
after delete on public.ratings referencing old table as changed_rows
for each statement execute function private.count_rows();

create or replace trigger check_item
before insert or update of item_id on public.ratings
for each row execute function private.check_rated_item();

-- Not where ratings only pass to another pseudonym.
create or replace trigger touch
before update on public.ratings
for each row when (old.rater_id = new.rater_id) execute function private.touch();

create or replace trigger count_inserted
after insert on public.ratings referencing new table as changed_rows
for each statement execute function private.count_ratings('1');

drop trigger if exists count_updated_from on public.ratings;
drop trigger if exists count_updated_to on public.ratings;
create or replace trigger count_updated
after update on public.ratings referencing old table as old_rows new table as new_rows
for each statement execute function private.recount_ratings();

create or replace trigger count_deleted
after delete on public.ratings referencing old table as changed_rows
for each statement execute function private.count_ratings('-1');

create or replace trigger note_inserted
after insert on public.ratings referencing new table as new_rows
for each statement execute function private.note_ratings();

create or replace trigger note_updated
after update on public.ratings referencing old table as old_rows new table as new_rows
for each statement execute function private.note_ratings();

create or replace trigger note_deleted
after delete on public.ratings referencing old table as old_rows
for each statement execute function private.note_ratings();

create or replace trigger enqueue_inserted
after insert on public.ratings referencing new table as changed_rows
for each statement execute function private.enqueue_similarity();

create or replace trigger enqueue_updated
after update on public.ratings referencing new table as changed_rows
for each statement execute function private.enqueue_similarity();

create or replace trigger enqueue_deleted
after delete on public.ratings referencing old table as changed_rows
for each statement execute function private.enqueue_similarity();

-- source: sql/access/storage_objects.sql
-- Files: people own the folder named by their id in avatars and speech; editors and admins bring artwork, masters and
-- imports; media is written by workers alone and read through signed URLs. Hosted lets only Storage itself comment on
-- these policies.

drop policy if exists objects_select_own on storage.objects;
create policy objects_select_own on storage.objects
for select to authenticated
using (bucket_id in ('avatars', 'speech') and (storage.foldername(name))[1] = (select auth.uid())::text);

drop policy if exists objects_insert_own on storage.objects;
create policy objects_insert_own on storage.objects
for insert to authenticated
with check (bucket_id in ('avatars', 'speech') and (storage.foldername(name))[1] = (select auth.uid())::text);

drop policy if exists objects_update_own on storage.objects;
create policy objects_update_own on storage.objects
for update to authenticated
using (bucket_id in ('avatars', 'speech') and (storage.foldername(name))[1] = (select auth.uid())::text)
with check (bucket_id in ('avatars', 'speech') and (storage.foldername(name))[1] = (select auth.uid())::text);

drop policy if exists objects_delete_own on storage.objects;
create policy objects_delete_own on storage.objects
for delete to authenticated
using (bucket_id in ('avatars', 'speech') and (storage.foldername(name))[1] = (select auth.uid())::text);

drop policy if exists objects_select_editor on storage.objects;
create policy objects_select_editor on storage.objects
for select to authenticated
using (
    bucket_id in ('artwork', 'masters', 'imports')
    and (select private.has_role('editor') or private.has_role('admin'))
);

drop policy if exists objects_insert_editor on storage.objects;
create policy objects_insert_editor on storage.objects
for insert to authenticated
with check (
    bucket_id in ('artwork', 'masters', 'imports')
    and (select private.has_role('editor') or private.has_role('admin'))
);

drop policy if exists objects_update_editor on storage.objects;
create policy objects_update_editor on storage.objects
for update to authenticated
using (
    bucket_id in ('artwork', 'masters', 'imports')
    and (select private.has_role('editor') or private.has_role('admin'))
)
with check (
    bucket_id in ('artwork', 'masters', 'imports')
    and (select private.has_role('editor') or private.has_role('admin'))
);

drop policy if exists objects_delete_editor on storage.objects;
create policy objects_delete_editor on storage.objects
for delete to authenticated
using (
    bucket_id in ('artwork', 'masters', 'imports')
    and (select private.has_role('editor') or private.has_role('admin'))
);

-- A child has a folder of its own, named by its profile in the account's folder: the files of other profiles do not
-- exist for it.

drop policy if exists objects_all_kids on storage.objects;
create policy objects_all_kids on storage.objects
as restrictive for all to authenticated
using (
    not (select private.is_kids_acting())
    or (storage.foldername(name))[2] = (select private.current_profile_id())::text
)
with check (
    not (select private.is_kids_acting())
    or (storage.foldername(name))[2] = (select private.current_profile_id())::text
);

-- Storage asks no request check, so its rows ask: nobody whose session has ended or who is banned reads or writes them.

drop policy if exists objects_all_live on storage.objects;
create policy objects_all_live on storage.objects
as restrictive for all to authenticated
using ((select private.session_error()) is null)
with check ((select private.session_error()) is null);

-- source: sql/rpc/identity/cancel_account_deletion.sql
-- Take back the deletion of one's account.
-- Returns whether there was one to take back: false where none was asked for, or its day has come.
-- Raises 42501 without an account, PT409 after ten times in a month, kids_mode while a kids profile acts.
-- Roles: authenticated.
-- Example: rpc/cancel_account_deletion {}
create or replace function public.cancel_account_deletion() returns boolean
language plpgsql set search_path = ''
as $$
begin
    return private.cancel_deletion();
end
$$;
comment on function public.cancel_account_deletion() is 'Take back the deletion of one''s account.';
revoke execute on function public.cancel_account_deletion() from public, service_role;
grant execute on function public.cancel_account_deletion() to authenticated;
