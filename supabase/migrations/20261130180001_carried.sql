-- Functions, triggers and policies as sql/ has them.

set lock_timeout = '10s';
set check_function_bodies = off;

-- source: sql/private/catalog/embeddings/embedding_texts.sql
-- The text that is embedded for each item, "title. overview", and its MD5 hash. Items without an overview or
-- description have no row.
create or replace view private.embedding_texts with (security_invoker = true) as
select
    c.id as item_id,
    c.kind,
    c.title || '. ' || c.overview as text,
    md5(c.title || '. ' || c.overview)::uuid as text_hash
from public.content as c
where btrim(c.overview) <> ''
union all
select
    b.id as item_id,
    b.kind,
    b.title || '. ' || b.description as text,
    md5(b.title || '. ' || b.description)::uuid as text_hash
from public.books as b
where btrim(b.description) <> '';
comment on view private.embedding_texts is 'The text to embed for each item, with its hash.';

-- source: sql/private/catalog/items/item_facts.sql
-- The columns of content and books that items copies, so that lists need no join.
create or replace view private.item_facts with (security_invoker = true) as
select
    c.id as item_id,
    c.original_language as language,
    c.maturity_rating
from public.content as c
union all
select
    b.id as item_id,
    b.language,
    null as maturity_rating
from public.books as b;
comment on view private.item_facts is 'The columns of content and books that items copies.';

-- source: sql/private/recommend/counts/counted_raters.sql
-- Maps each counted rater to the voter it counts as in published figures: its account, so that the profiles of one
-- account count once; the rater itself if it has no account (imported ratings, deleted profiles). Raters of anonymous
-- users are not counted.
create or replace view private.counted_raters with (security_invoker = true) as
select
    r.id as rater_id,
    coalesce(p.account_id, r.id) as voter
from public.raters as r
left join public.profiles as p on r.profile_id = p.id
where r.is_counted;
comment on view private.counted_raters is
'Maps each counted rater to its voter in published figures: its account, or the rater itself.';

-- source: sql/private/recommend/feedback/feedback.sql
-- Each rater's current feedback on each item, from interactions alone. The latest of like, save, dislike and dismiss is
-- the verdict. An undo cancels every event before it. A share or a completion counts as positive unless the verdict is
-- negative. Events with the same time are ordered by when they were received. An event dated after its receipt counts
-- as of its receipt, since a client's clock may be fast.
--   liked_at      when the latest positive event occurred; null if the verdict is negative or the event was undone
--   is_refused    the verdict is negative: a dislike or a dismissal
--   is_disliked   the verdict is a dislike
--   is_completed  the item was watched to the end, and this was not undone
--   refused_at    when the latest dislike or dismissal occurred; null unless is_refused
create or replace view private.feedback with (security_invoker = true) as
select
    e.rater_id,
    e.item_id,
    case when e.liked > e.undone and not e.is_refused then e.liked[1] end as liked_at,
    e.is_refused,
    e.is_refused and e.disliked = e.refused as is_disliked,
    e.completed > e.undone as is_completed,
    case when e.is_refused then e.refused[1] end as refused_at
from (
    select
        t.*,
        t.refused > t.undone and t.refused >= t.chosen as is_refused
    from (
        select
            i.rater_id,
            i.item_id,
            coalesce(max(a.at) filter (where i.type in ('like', 'save')), '{}') as chosen,
            coalesce(max(a.at) filter (where i.type in ('like', 'save', 'share', 'complete')), '{}') as liked,
            coalesce(max(a.at) filter (where i.type in ('dislike', 'dismiss')), '{}') as refused,
            coalesce(max(a.at) filter (where i.type = 'dislike'), '{}') as disliked,
            coalesce(max(a.at) filter (where i.type = 'complete'), '{}') as completed,
            coalesce(max(a.at) filter (where i.type = 'undo'), '{}') as undone
        from public.interactions as i
        cross join lateral (select array[least(i.occurred_at, i.received_at), i.received_at]) as a (at)
        where i.type in ('like', 'save', 'share', 'complete', 'dislike', 'dismiss', 'undo')
        group by i.rater_id, i.item_id
    ) as t
) as e;
comment on view private.feedback is 'Each rater''s current feedback on each item, from interactions.';

-- source: sql/private/recommend/feedback/positive_feedback.sql
-- How much each rater liked each item, from 0 to 1: rating / 5; for an item that is not rated and has positive feedback
-- (private.feedback: liked, saved, shared or watched to the end), 0.8. One row per rater and item. The item model is
-- trained on it, and the lists read it.
--   is_liked     rated 4 or better, or 3 or better and not below the rater's mean; or positive feedback
--   is_disliked  rated below 3
-- An item that was rated 3 or better and disliked or dismissed after that has no row: the later statement counts.
create or replace view private.positive_feedback with (security_invoker = true) as
select
    r.rater_id,
    r.item_id,
    r.rating::double precision / 5 as weight,
    r.updated_at as liked_at,
    r.rating >= 4 or r.rating >= 3 and r.rating * o.rating_count >= o.rating_sum as is_liked,
    r.rating < 3 as is_disliked
from public.ratings as r
inner join public.raters as o on r.rater_id = o.id
where
    not exists (
        select
        from private.feedback as v
        where v.rater_id = r.rater_id and v.item_id = r.item_id and r.rating >= 3 and v.refused_at > r.updated_at
    )
union all
select
    v.rater_id,
    v.item_id,
    0.8::double precision as weight,
    v.liked_at,
    true as is_liked,
    false as is_disliked
from private.feedback as v
where
    v.liked_at is not null
    and not exists (
        select
        from public.ratings as r
        where r.rater_id = v.rater_id and r.item_id = v.item_id
    );
comment on view private.positive_feedback is 'How much each rater liked each item, from 0 to 1, from ratings and interactions.';

-- source: sql/private/recommend/publication/trend_votes.sql
-- The ratings and events that trends are computed from. A rating weighs rating / 5; a share, like or completion 1; any
-- other event 0.3. Dislikes, dismissals, undos and the events that the rater undid are left out; events are ordered as
-- in private.feedback. The day is that of receipt by the server, whatever time the client stated.
create or replace view private.trend_votes with (security_invoker = true) as
select
    r.item_id,
    v.voter,
    r.country,
    'rating' as type,
    (r.created_at at time zone 'UTC')::date as day,
    r.rating::double precision / 5 as weight,
    r.created_at as occurred_at
from public.ratings as r
inner join private.counted_raters as v on r.rater_id = v.rater_id
union all
select
    i.item_id,
    v.voter,
    i.country,
    i.type,
    (i.received_at at time zone 'UTC')::date as day,
    case when i.type in ('share', 'like', 'complete') then 1 else 0.3 end::double precision as weight,
    i.occurred_at
from public.interactions as i
inner join private.counted_raters as v on i.rater_id = v.rater_id
where
    i.type not in ('dislike', 'dismiss', 'undo')
    and not exists (
        select
        from public.interactions as u
        where
            u.rater_id = i.rater_id
            and u.item_id = i.item_id
            and u.type = 'undo'
            and array[least(u.occurred_at, u.received_at), u.received_at]
            >= array[least(i.occurred_at, i.received_at), i.received_at]
    );
comment on view private.trend_votes is
'The ratings and events that trends are computed from, each with its voter and weight.';

-- source: sql/private/search/index/search_sources.sql
-- The input of the search index: each item's texts, in the order of their weight, and the values that filters use.
create or replace view private.search_sources with (security_invoker = true) as
with catalogue as (
    select
        c.id as item_id,
        c.kind,
        c.original_language as language,
        c.release_year as year,
        c.popularity,
        c.title,
        nullif(c.original_title, c.title) as original_title,
        '{}'::text[] as authors,
        null::text as subtitle,
        c.overview
    from public.content as c
    union all
    select
        b.id as item_id,
        b.kind,
        b.language,
        b.published_year as year,
        b.popularity,
        b.title,
        null::text as original_title,
        b.authors,
        b.subtitle,
        b.description as overview
    from public.books as b
)

select
    c.*,
    array(
        select g.slug
        from public.item_genres as i
        inner join public.genres as g on i.genre_id = g.id
        where i.item_id = c.item_id
        order by g.slug
    ) as genres,
    (
        select string_agg(g.name, '. ' order by g.slug)
        from public.item_genres as i
        inner join public.genres as g on i.genre_id = g.id
        where i.item_id = c.item_id
    ) as genre_names,
    (
        select string_agg(t.tag, '. ' order by t.tag)
        from public.item_tags as t
        where t.item_id = c.item_id
    ) as tags
from catalogue as c;
comment on view private.search_sources is 'The input of the search index: the texts and filter values of each item.';
grant select on private.search_sources to anon, authenticated, service_role;

-- source: sql/private/catalog/availability/is_offered.sql
-- Helper. Returns whether a row of item_availability is valid now for the item in the country (null: unknown, only rows
-- for all countries count). With a tier (free or premium), the row must permit that tier to play the item. False for an
-- item without rows.
create or replace function private.is_offered(item_id uuid, country text, tier text default null) returns boolean
language sql stable set search_path = ''
as $$
    select exists (
        select
        from public.item_availability as a
        where
            a.item_id = is_offered.item_id
            and (a.country is null or a.country = is_offered.country)
            and now() >= a.starts_at and now() < a.ends_at
            and (is_offered.tier is null or is_offered.tier = 'premium' or a.tier is null or a.tier = 'free')
    )
$$;
comment on function private.is_offered(uuid, text, text) is
'Whether the item is available now in a country, to a tier.';
revoke execute on function private.is_offered(uuid, text, text) from public;
grant execute on function private.is_offered(uuid, text, text) to anon, authenticated, service_role;

-- source: sql/private/catalog/availability/mark_restricted.sql
-- Trigger. Sets items.is_restricted to whether item_availability has rows for the item. It locks the items first, in id
-- order, so that of two concurrent writers the later one sees the rows of the earlier one.
-- Definer: a role that writes item_availability needs no privilege on items.
create or replace function private.mark_restricted() returns trigger
language plpgsql security definer set search_path = ''
as $$
declare
    v_items uuid[] := array(select distinct c.item_id from changed_rows as c);
begin
    perform from public.items as i where i.id = any(v_items) order by i.id for no key update;
    update public.items as i set is_restricted = not i.is_restricted
    where
        i.id = any(v_items)
        and i.is_restricted <> exists (select from public.item_availability as a where a.item_id = i.id);
    return null;
end
$$;
comment on function private.mark_restricted() is 'Trigger. Sets items.is_restricted.';
revoke execute on function private.mark_restricted() from public;

-- source: sql/private/catalog/embeddings/embedding_text.sql
-- Worker. Returns the text to embed for one item; no row if the item has no overview or description.
create or replace function private.embedding_text(item_id uuid) returns setof private.embedding_texts
language sql stable set search_path = ''
as $$
    select t.* from private.embedding_texts as t where t.item_id = embedding_text.item_id
$$;
comment on function private.embedding_text(uuid) is 'The text to embed for one item.';
revoke execute on function private.embedding_text(uuid) from public;
grant execute on function private.embedding_text(uuid) to service_role;

-- source: sql/private/catalog/embeddings/enqueue_embeddings.sql
-- Trigger. Enqueues an embedding job for each item whose text changed, or one sweep of all stale items when more than
-- 50 changed. An error in the queue is only logged as a warning, so the write succeeds: the worker's periodic sweep
-- finds the items.
-- Definer: roles that write the catalogue have no privilege on the queue.
create or replace function private.enqueue_embeddings() returns trigger
language plpgsql security definer set search_path = ''
as $$
declare
    v_items uuid[];
begin
    select array_agg(c.id) into v_items
    from changed_rows as c
    left join private.embedding_texts as t on t.item_id = c.id
    left join public.item_embeddings as e on e.item_id = c.id
    where e.text_hash is distinct from t.text_hash;
    if cardinality(v_items) > 50 then
        perform private.enqueue('embedding', 'embed_stale', '{}', 'embed_stale');
    else
        perform private.enqueue('embedding', 'embed_item', jsonb_build_object('item_id', i), 'embed_item:' || i)
        from unnest(v_items) as i;
    end if;
    return null;
exception when others then
    raise warning 'embedding jobs for changed items of % could not be enqueued: %', tg_table_name, sqlerrm;
    return null;
end
$$;
comment on function private.enqueue_embeddings() is 'Trigger. Enqueues embedding jobs for items whose text changed.';
revoke execute on function private.enqueue_embeddings() from public;

-- source: sql/private/catalog/embeddings/stale_embeddings.sql
-- Worker. Returns up to `batch` items, in id order, whose text has no current embedding: none, of another text or by
-- another model.
--   model  the model's name and version
--   after  the id after which to continue; null: from the first
--   batch  how many items at most
create or replace function private.stale_embeddings(model text, after uuid, batch integer)
returns setof private.embedding_texts
language sql stable set search_path = ''
as $$
    select t.*
    from private.embedding_texts as t
    left join public.item_embeddings as e on e.item_id = t.item_id
    where
        (after is null or t.item_id > after)
        and (e.item_id is null or e.text_hash <> t.text_hash or e.model <> stale_embeddings.model)
    order by t.item_id
    limit batch
$$;
comment on function private.stale_embeddings(text, uuid, integer) is 'The next items to embed.';
revoke execute on function private.stale_embeddings(text, uuid, integer) from public;
grant execute on function private.stale_embeddings(text, uuid, integer) to service_role;

-- source: sql/private/catalog/items/check_item.sql
-- Helper. Raises 22023 if item_id is null, PT404 if the item does not exist or row level security hides it from the
-- caller.
create or replace function private.check_item(item_id uuid) returns void
language plpgsql stable set search_path = ''
as $$
begin
    if item_id is null then
        raise exception 'item_id is missing' using errcode = '22023', detail = '{"field": "item_id"}';
    end if;
    if not exists (select from public.items as i where i.id = check_item.item_id) then
        raise exception 'there is no item %', item_id using errcode = 'PT404', detail = '{"field": "item_id"}';
    end if;
end
$$;
comment on function private.check_item(uuid) is 'Raise an error unless the item exists for the caller.';
revoke execute on function private.check_item(uuid) from public;
grant execute on function private.check_item(uuid) to anon, authenticated, service_role;

-- source: sql/private/catalog/items/check_items.sql
-- Helper. Raises 23503, naming the id, if an item does not exist or row level security hides it from the caller. Null
-- ids are ignored.
create or replace function private.check_items(item_ids uuid[]) returns void
language plpgsql stable set search_path = ''
as $$
declare
    v_missing uuid := (
        select u.id
        from unnest(item_ids) as u (id)
        where u.id is not null and not exists (select from public.items as i where i.id = u.id)
        limit 1
    );
begin
    if v_missing is not null then
        raise exception 'there is no item %', v_missing using errcode = '23503', detail = '{"field": "item_id"}';
    end if;
end
$$;
comment on function private.check_items(uuid[]) is 'Raise an error unless all items exist for the caller.';
revoke execute on function private.check_items(uuid[]) from public;
grant execute on function private.check_items(uuid[]) to anon, authenticated, service_role;

-- source: sql/private/catalog/items/check_kind.sql
-- Helper. Raises 22023 unless kind is movie, tv_show, sports or book. Null is accepted and means any kind.
create or replace function private.check_kind(kind text) returns void
language plpgsql immutable set search_path = ''
as $$
begin
    if kind not in ('movie', 'tv_show', 'sports', 'book') then
        raise exception 'kind must be movie, tv_show, sports or book, not %', left(kind, 40)
            using errcode = '22023', detail = '{"field": "kind"}';
    end if;
end
$$;
comment on function private.check_kind(text) is 'Raise an error for an unknown kind of item.';
revoke execute on function private.check_kind(text) from public;
grant execute on function private.check_kind(text) to anon, authenticated, service_role;

-- source: sql/private/catalog/items/check_rated_item.sql
-- Trigger. Raises 23503 if the rated item does not exist or the acting profile may not see it: the error is the same
-- for both, so it does not reveal the item.
-- Security invoker: the policy of items decides. Writers that bypass row level security are checked by the foreign key
-- alone.
create or replace function private.check_rated_item() returns trigger
language plpgsql set search_path = ''
as $$
begin
    if row_security_active('public.items') then
        perform private.check_items(array[new.item_id]);
    end if;
    return new;
end
$$;
comment on function private.check_rated_item() is 'Trigger. Refuses ratings of items that do not exist for the caller.';
revoke execute on function private.check_rated_item() from public;
grant execute on function private.check_rated_item() to authenticated, service_role;

-- source: sql/private/catalog/items/create_item.sql
-- Trigger. Inserts the row of items for new content or a new book, unless it exists, and deletes it with them.
-- Definer: a role that writes content or books needs no privilege on items.
create or replace function private.create_item() returns trigger
language plpgsql security definer set search_path = ''
as $$
begin
    if tg_op = 'DELETE' then
        delete from public.items where id = old.id;
        return null;
    end if;
    insert into public.items (id, kind) values (new.id, new.kind) on conflict do nothing;
    return new;
end
$$;
comment on function private.create_item() is 'Trigger. Inserts and deletes the row of items with its content or book.';
revoke execute on function private.create_item() from public;

-- source: sql/private/catalog/items/describe_items.sql
-- Trigger. Copies the language and the minimum age of changed content and books to items, where lists read them without
-- a join.
-- Definer: a role that writes content or books needs no privilege on items.
create or replace function private.describe_items() returns trigger
language plpgsql security definer set search_path = ''
as $$
begin
    update public.items as i set language = f.language, minimum_age = private.minimum_age(f.maturity_rating)
    from changed_rows as c
    join private.item_facts as f on f.item_id = c.id
    where
        i.id = c.id
        and (i.language, i.minimum_age) is distinct from (f.language, private.minimum_age(f.maturity_rating));
    return null;
end
$$;
comment on function private.describe_items() is
'Trigger. Copies language and minimum age of content and books to items.';
revoke execute on function private.describe_items() from public;

-- source: sql/private/catalog/items/item_exists.sql
-- Policy predicate. Returns whether the item exists and the acting profile's age permits it; false for an unknown id.
-- Never raises.
-- Definer: with row level security the policy of items would evaluate the same rule again for each row.
create or replace function private.item_exists(item_id uuid) returns boolean
language plpgsql stable security definer set search_path = ''
as $$
begin
    return exists (
        select from public.items as i where i.id = item_exists.item_id and private.allows_age(i.minimum_age)
    );
end
$$;
comment on function private.item_exists(uuid) is 'Whether the item exists for the acting profile.';
revoke execute on function private.item_exists(uuid) from public;
grant execute on function private.item_exists(uuid) to anon, authenticated, service_role;

-- source: sql/private/catalog/items/language_name.sql
-- Helper. Returns the English name of a language by its ISO 639 code, for the sentence of a reason; null for a language
-- that is not listed. Clients in other languages translate the reason's code instead.
create or replace function private.language_name(code text) returns text
language sql immutable set search_path = ''
as $$
    select '{
        "ar": "Arabic", "bn": "Bengali", "cn": "Cantonese", "cs": "Czech", "da": "Danish",
        "de": "German", "el": "Greek", "en": "English", "es": "Spanish", "fa": "Persian",
        "fi": "Finnish", "fr": "French", "he": "Hebrew", "hi": "Hindi", "hu": "Hungarian",
        "id": "Indonesian", "it": "Italian", "ja": "Japanese", "ko": "Korean", "nl": "Dutch",
        "no": "Norwegian", "pl": "Polish", "pt": "Portuguese", "ro": "Romanian", "ru": "Russian",
        "sv": "Swedish", "ta": "Tamil", "te": "Telugu", "th": "Thai", "tr": "Turkish",
        "uk": "Ukrainian", "ur": "Urdu", "vi": "Vietnamese", "zh": "Chinese"
    }'::jsonb ->> language_name.code
$$;
comment on function private.language_name(text) is 'The English name of a language; null if it is not listed.';
revoke execute on function private.language_name(text) from public;
grant execute on function private.language_name(text) to anon, authenticated, service_role;

-- source: sql/private/identity/accounts/change_status.sql
-- Helper. Suspends an account and ends its sessions, or restores it, for an admin or the service; repeating it changes
-- nothing. Only a suspended account is restored: to status deleting if its deletion is scheduled, else to active.
-- Raises 42501 for other callers, 22023 for a reason of more than 500 characters, PT404 for an unknown user, 403
-- kids_mode.
-- Definer: clients may not write accounts.status or end sessions.
create or replace function private.change_status(user_id uuid, status text, reason text) returns void
language plpgsql security definer set search_path = ''
as $$
declare
    v_before text;
    v_after text := change_status.status;
begin
    perform private.check_admin();
    perform private.check_user(change_status.user_id);
    if length(reason) > 500 then
        raise exception 'reason may have up to 500 characters'
            using errcode = '22023', detail = '{"field": "reason", "max": 500}';
    end if;
    select a.status into v_before from public.accounts as a where a.id = change_status.user_id for no key update;
    if (v_before = 'suspended') = (change_status.status = 'suspended') then
        return;
    end if;
    if v_after = 'active' and exists (
        select from public.account_deletions as d where d.account_id = change_status.user_id
    ) then
        v_after := 'deleting';
    end if;
    update public.accounts as a set status = v_after, status_reason = change_status.reason
    where a.id = change_status.user_id;
    if change_status.status = 'suspended' then
        delete from auth.sessions as s where s.user_id = change_status.user_id;
    end if;
    perform private.audit(
        'account.' || case change_status.status when 'suspended' then 'suspended' else 'restored' end,
        'account', change_status.user_id::text,
        jsonb_build_object('status', v_before), jsonb_build_object('status', v_after)
    );
end
$$;
comment on function private.change_status(uuid, text, text) is 'Suspend or restore an account, for an admin.';
revoke execute on function private.change_status(uuid, text, text) from public;
grant execute on function private.change_status(uuid, text, text) to authenticated, service_role;

-- source: sql/private/identity/accounts/check_account.sql
-- Helper. Returns the id of the caller's account. Raises 42501 for anon, the service and an erased user, 403 kids_mode
-- while a kids profile acts.
-- Definer: the result must not depend on what the caller may read.
create or replace function private.check_account() returns uuid
language plpgsql stable security definer set search_path = ''
as $$
declare
    v_account uuid;
begin
    select a.id into v_account from public.accounts as a where a.id = private.caller_id();
    if v_account is null then
        raise exception 'this requires an account'
            using errcode = '42501', hint = 'Sign in with the account.';
    end if;
    perform private.check_not_kids();
    return v_account;
end
$$;
comment on function private.check_account() is 'The id of the caller''s account; raises an error without one.';
revoke execute on function private.check_account() from public;
grant execute on function private.check_account() to authenticated, service_role;

-- source: sql/private/identity/accounts/check_user.sql
-- Helper. Raises 22023 if user_id is null, PT404 unless the user has an account. Called by definer functions that have
-- checked their caller.
create or replace function private.check_user(user_id uuid) returns void
language plpgsql stable set search_path = ''
as $$
begin
    if user_id is null then
        raise exception 'user_id is missing' using errcode = '22023', detail = '{"field": "user_id"}';
    end if;
    if not exists (select from public.accounts as a where a.id = check_user.user_id) then
        raise exception 'there is no user %', user_id using errcode = 'PT404', detail = '{"field": "user_id"}';
    end if;
end
$$;
comment on function private.check_user(uuid) is 'Raise an error unless the user exists.';
revoke execute on function private.check_user(uuid) from public;

-- source: sql/private/identity/accounts/create_account.sql
-- Trigger. Creates an account and a default profile with rating NC-17 for a new auth user. The requested display name
-- and username are used if they are valid, not reserved and, for the username, free; sign-up never fails because of
-- them.
-- Definer: the role of Auth, which writes auth.users, has no privilege on our tables.
create or replace function private.create_account() returns trigger
language plpgsql security definer set search_path = ''
as $$
declare
    v_name text;
    v_username text := substring(new.raw_user_meta_data ->> 'username' from '^[A-Za-z0-9_]{3,30}$');
begin
    select c.name into v_name
    from (
        values
        (1, left(btrim(new.raw_user_meta_data ->> 'display_name'), 100)),
        (2, left(btrim(split_part(new.email, '@', 1)), 100)),
        (3, 'Me')
    ) as c (place, name)
    where private.is_plain_text(c.name, 100) and not private.is_reserved(c.name)
    order by c.place
    limit 1;
    if private.is_reserved(v_username) then
        v_username := null;
    end if;
    insert into public.accounts (id, email, display_name, username)
    values (new.id, new.email, v_name, v_username)
    on conflict (username) do nothing;
    if not found then
        insert into public.accounts (id, email, display_name) values (new.id, new.email, v_name);
    end if;
    insert into public.profiles (account_id, name, is_default, maturity_rating) values (new.id, v_name, true, 'NC-17');
    return null;
end
$$;
comment on function private.create_account() is 'Trigger. Creates account and default profile of a new auth user.';
revoke execute on function private.create_account() from public;

-- source: sql/private/identity/accounts/enqueue_portraits.sql
-- Trigger. Enqueues a job that publishes the pictures of an account's profiles again, when a profile names another
-- file, a named file changes, or either is deleted. Skipped while the account is being erased.
-- Definer: only workers may write to the queue.
create or replace function private.enqueue_portraits() returns trigger
language plpgsql security definer set search_path = ''
as $$
declare
    v_old jsonb := to_jsonb(old);
    v_new jsonb := to_jsonb(new);
    v_account uuid;
begin
    if tg_table_schema = 'storage' then
        select p.account_id into v_account
        from jsonb_array_elements(jsonb_build_array(v_old, v_new)) as f (file)
        join public.profiles as p
            on p.account_id = private.as_uuid(split_part(f.file ->> 'name', '/', 1))
            and p.avatar_path = f.file ->> 'name'
        where f.file ->> 'bucket_id' = 'avatars'
        limit 1;
    else
        v_account := coalesce(v_new, v_old) ->> 'account_id';
    end if;
    if v_account is not null and not exists (
        select from public.account_deletions as d where d.account_id = v_account and d.due_at <= now()
    ) then
        perform private.enqueue(
            'portraits', 'publish_portraits', jsonb_build_object('account_id', v_account),
            'publish_portraits ' || v_account
        );
    end if;
    return null;
end
$$;
comment on function private.enqueue_portraits() is 'Trigger. Enqueues the publication of an account''s pictures.';
revoke execute on function private.enqueue_portraits() from public;

-- source: sql/private/identity/accounts/lock_own_account.sql
-- Trigger. Locks the caller's account before a statement deletes profiles, so that changes of an account's profiles run
-- one by one. A row trigger would be too late: it runs after the row of profiles is locked.
-- Definer: clients may not lock the row of accounts.
create or replace function private.lock_own_account() returns trigger
language plpgsql security definer set search_path = ''
as $$
begin
    perform from public.accounts as a where a.id = private.caller_id() for no key update;
    return null;
end
$$;
comment on function private.lock_own_account() is 'Trigger. Serialises changes of an account''s profiles.';
revoke execute on function private.lock_own_account() from public;

-- source: sql/private/identity/accounts/mirror_email.sql
-- Trigger. Copies a changed e-mail address of an auth user to the account.
-- Definer: the role of Auth, which writes auth.users, has no privilege on our tables.
create or replace function private.mirror_email() returns trigger
language plpgsql security definer set search_path = ''
as $$
begin
    update public.accounts set email = new.email, updated_at = now() where id = new.id;
    return null;
end
$$;
comment on function private.mirror_email() is 'Trigger. Copies a changed e-mail address to the account.';
revoke execute on function private.mirror_email() from public;

-- source: sql/private/identity/accounts/read_account.sql
-- Helper. Returns an account with its profiles, roles and tier, for an admin or the service, and records the read in
-- the audit log. Raises 42501 for other callers, 22023 for null, PT404 for an unknown user, 403 kids_mode.
-- Definer: row level security hides other users' accounts.
create or replace function private.read_account(user_id uuid) returns jsonb
language plpgsql security definer set search_path = ''
as $$
begin
    perform private.check_admin();
    perform private.check_user(read_account.user_id);
    perform private.audit('account.read', 'account', read_account.user_id::text, null, null);
    return (
        select jsonb_build_object(
            'account', to_jsonb(a),
            'profiles', (
                select coalesce(jsonb_agg(to_jsonb(p) order by p.created_at, p.id), '[]')
                from public.profiles as p
                where p.account_id = a.id
            ),
            'roles', private.roles_of(a.id),
            'tier', private.tier_of(a.id)
        )
        from public.accounts as a
        where a.id = read_account.user_id
    );
end
$$;
comment on function private.read_account(uuid) is 'An account with profiles, roles and tier, for an admin.';
revoke execute on function private.read_account(uuid) from public;
grant execute on function private.read_account(uuid) to authenticated, service_role;

-- source: sql/private/identity/ages/age_rule.sql
-- Helper. Returns the age limit of the acting profile: the highest minimum age of items it sees, followed by + if it
-- also sees unrated items. Null means no limit: anon, the service, a user without a profile, and a profile with rating
-- NC-17 that shows unrated items. Never raises.
-- Every query of a catalogue table evaluates it, so the result is cached in a transaction-local setting, keyed by token
-- and request headers; private.reset_age_rule clears it when profiles or kids mode change.
-- Definer: policies of the catalogue call it before the caller may read any row of profiles.
create or replace function private.age_rule() returns text
language plpgsql stable security definer set search_path = ''
as $$
declare
    v_key text;
    v_kept text;
    v_rule text;
begin
    if current_setting('role', true) is distinct from 'authenticated' then
        return null;
    end if;
    v_key := concat(current_setting('request.jwt.claims', true), current_setting('request.headers', true), E'\n');
    v_kept := current_setting('cinefluent.age_rule', true);
    if starts_with(v_kept, v_key) then
        return nullif(substr(v_kept, length(v_key) + 1), '');
    end if;
    select private.profile_age(p.maturity_rating, p.is_kids) || case when p.shows_unrated and not p.is_kids then '+' else '' end
    into v_rule
    from public.profiles as p
    where p.id = private.current_profile_id() and (p.is_kids or p.maturity_rating <> 'NC-17' or not p.shows_unrated);
    perform set_config('cinefluent.age_rule', concat(v_key, v_rule), true);
    return v_rule;
end
$$;
comment on function private.age_rule() is 'The age limit of the acting profile; null: no limit.';
revoke execute on function private.age_rule() from public;
grant execute on function private.age_rule() to anon, authenticated, service_role;

-- source: sql/private/identity/ages/allows_age.sql
-- Policy predicate. Returns whether the acting profile may see an item with this minimum age (null: unrated). Always
-- true for a caller without an age limit. Never raises.
create or replace function private.allows_age(minimum_age smallint) returns boolean
language plpgsql stable set search_path = ''
as $$
declare
    v_rule text := private.age_rule();
begin
    return case
        when v_rule is null then true
        when minimum_age is null then v_rule like '%+'
        else minimum_age <= rtrim(v_rule, '+')::smallint
    end;
end
$$;
comment on function private.allows_age(smallint) is 'Whether the acting profile may see an item with this minimum age.';
revoke execute on function private.allows_age(smallint) from public;
grant execute on function private.allows_age(smallint) to anon, authenticated, service_role;

-- source: sql/private/identity/ages/has_age_limit.sql
-- Policy predicate. Returns whether the acting profile has an age limit. Never raises.
create or replace function private.has_age_limit() returns boolean
language plpgsql stable set search_path = ''
as $$
begin
    return private.age_rule() is not null;
end
$$;
comment on function private.has_age_limit() is 'Whether the acting profile has an age limit.';
revoke execute on function private.has_age_limit() from public;
grant execute on function private.has_age_limit() to anon, authenticated, service_role;

-- source: sql/private/identity/ages/minimum_age.sql
-- Helper. Returns the minimum age of a maturity rating: 0, 8, 13, 17 or 18; null if it is unrated.
create or replace function private.minimum_age(maturity_rating text) returns smallint
language sql immutable set search_path = ''
as $$
    select case maturity_rating
        when 'G' then 0
        when 'PG' then 8
        when 'PG-13' then 13
        when 'R' then 17
        when 'NC-17' then 18
    end::smallint
$$;
comment on function private.minimum_age(text) is 'The minimum age of a maturity rating.';
revoke execute on function private.minimum_age(text) from public;
grant execute on function private.minimum_age(text) to anon, authenticated, service_role;

-- source: sql/private/identity/ages/profile_age.sql
-- Helper. Returns the highest minimum age of items that a profile sees: that of its maturity rating, for a kids profile
-- at most that of PG.
create or replace function private.profile_age(maturity_rating text, is_kids boolean) returns smallint
language sql immutable set search_path = ''
as $$
    select least(
        private.minimum_age(profile_age.maturity_rating),
        case when profile_age.is_kids then private.minimum_age('PG') end
    )
$$;
comment on function private.profile_age(text, boolean) is 'The highest minimum age of items that a profile sees.';
revoke execute on function private.profile_age(text, boolean) from public;
grant execute on function private.profile_age(text, boolean) to anon, authenticated, service_role;

-- source: sql/private/identity/ages/reset_age_rule.sql
-- Trigger. Clears the age limit that private.age_rule cached for the transaction, because profiles or kids mode
-- changed.
create or replace function private.reset_age_rule() returns trigger
language plpgsql set search_path = ''
as $$
begin
    perform set_config('cinefluent.age_rule', '', true);
    return null;
end
$$;
comment on function private.reset_age_rule() is 'Trigger. Clears the cached age limit when profiles change.';
revoke execute on function private.reset_age_rule() from public;
grant execute on function private.reset_age_rule() to authenticated, service_role;

-- source: sql/private/identity/kids_mode/check_no_kids_session.sql
-- Helper. Raises PT403 while a session of the user is in kids mode, unless the user is deleted. Called by definer
-- functions only.
create or replace function private.check_no_kids_session(user_id uuid) returns void
language plpgsql stable set search_path = ''
as $$
begin
    if exists (
        select
        from auth.users as u
        join auth.sessions as s on s.user_id = u.id
        join private.kids_sessions as k on k.session_id = s.id
        where u.id = check_no_kids_session.user_id and u.deleted_at is null
    ) then
        raise exception 'a session of this user is in kids mode'
            using errcode = 'PT403', hint = 'Leave kids mode, or sign the other sessions out first.';
    end if;
end
$$;
comment on function private.check_no_kids_session(uuid) is
'Raise an error while a session of the user is in kids mode.';
revoke execute on function private.check_no_kids_session(uuid) from public;

-- source: sql/private/identity/kids_mode/check_not_kids.sql
-- Helper. Raises 403 kids_mode while a kids profile acts: a child may not change the account, its profiles or kids
-- mode.
create or replace function private.check_not_kids() returns void
language plpgsql stable set search_path = ''
as $$
begin
    if private.is_kids_acting() then
        perform private.refuse(
            403, 'kids_mode', 'A kids profile is acting: this requires an adult.',
            'Call leave_kids_mode with the PIN of the account, or act as another profile.'
        );
    end if;
end
$$;
comment on function private.check_not_kids() is 'Raise an error while a kids profile acts.';
revoke execute on function private.check_not_kids() from public;
grant execute on function private.check_not_kids() to anon, authenticated, service_role;

-- source: sql/private/identity/kids_mode/end_kids_mode.sql
-- Helper. Ends kids mode of the caller's session if the PIN is correct, else sets the status as private.verify_pin;
-- outside kids mode the PIN is not compared.
-- Definer: clients may not write kids_sessions.
create or replace function private.end_kids_mode(pin text) returns void
language plpgsql security definer set search_path = ''
as $$
begin
    if private.kids_profile_id() is not null and private.verify_pin(private.caller_id(), pin) then
        delete from private.kids_sessions as k where k.session_id = private.session_id();
    end if;
end
$$;
comment on function private.end_kids_mode(text) is 'End kids mode of the caller''s session if the PIN is correct.';
revoke execute on function private.end_kids_mode(text) from public;
grant execute on function private.end_kids_mode(text) to authenticated;

-- source: sql/private/identity/kids_mode/end_kids_sessions.sql
-- Trigger. Before a profile is deleted, deletes the sessions that are in kids mode with it: without the profile they
-- would act as another one. Their users must sign in again.
-- Definer: clients may not write auth.sessions.
create or replace function private.end_kids_sessions() returns trigger
language plpgsql security definer set search_path = ''
as $$
begin
    delete from auth.sessions as s
    using private.kids_sessions as k
    where k.profile_id = old.id and s.id = k.session_id;
    return old;
end
$$;
comment on function private.end_kids_sessions() is 'Trigger. Ends the sessions in kids mode of a deleted profile.';
revoke execute on function private.end_kids_sessions() from public;

-- source: sql/private/identity/kids_mode/guard_kids_mode.sql
-- Trigger. While a session of the user is in kids mode, refuses changes of password, e-mail address and phone number:
-- Auth would accept them from that session too, and a child who sets the password could sign in with it. Raises PT403,
-- which Auth returns as 403 with the message. A user can leave kids mode or first sign out the other sessions (signOut
-- with scope others). A soft deletion is permitted.
-- Definer: the role of Auth may not read private tables.
create or replace function private.guard_kids_mode() returns trigger
language plpgsql security definer set search_path = ''
as $$
begin
    if new.deleted_at is null then
        perform private.check_no_kids_session(new.id);
    end if;
    return new;
end
$$;
comment on function private.guard_kids_mode() is 'Trigger. Refuses new credentials while a session is in kids mode.';
revoke execute on function private.guard_kids_mode() from public;

-- source: sql/private/identity/kids_mode/guard_sign_in.sql
-- Trigger. While a session of the user is in kids mode, refuses another way to sign in: a new, changed or removed
-- second factor or linked identity, as private.guard_kids_mode refuses a new password. Raises PT403. What Auth writes at
-- a sign-in on another device is permitted, and so is the deletion of the user.
-- Definer: the role of Auth may not read private tables.
create or replace function private.guard_sign_in() returns trigger
language plpgsql security definer set search_path = ''
as $$
begin
    perform private.check_no_kids_session(coalesce(new.user_id, old.user_id));
    return coalesce(new, old);
end
$$;
comment on function private.guard_sign_in() is
'Trigger. Refuses new factors and identities while a session is in kids mode.';
revoke execute on function private.guard_sign_in() from public;

-- source: sql/private/identity/kids_mode/hash_pin.sql
-- Helper. Returns the salted SHA-256 digest of a PIN, repeated `rounds` times, because no extension that every Supabase
-- project has offers a slow hash. The digest keeps PINs out of backups; the limit of attempts in private.verify_pin
-- protects against guessing.
create or replace function private.hash_pin(pin text, salt bytea, rounds integer) returns bytea
language plpgsql immutable set search_path = ''
as $$
declare
    v_key bytea := salt || convert_to(pin, 'UTF8');
    v_digest bytea := sha256(v_key);
begin
    for v_round in 2 .. rounds loop
        v_digest := sha256(v_digest || v_key);
    end loop;
    return v_digest;
end
$$;
comment on function private.hash_pin(text, bytea, integer) is 'The salted digest of a PIN.';
revoke execute on function private.hash_pin(text, bytea, integer) from public;

-- source: sql/private/identity/kids_mode/is_kids_acting.sql
-- Helper. Returns whether the session is in kids mode or the acting profile is a kids profile. Never raises.
-- Definer: policies and triggers call it before the caller may read any row of profiles.
create or replace function private.is_kids_acting() returns boolean
language sql stable security definer set search_path = ''
as $$
    select private.kids_profile_id() is not null or exists (
        select from public.profiles as p where p.id = private.current_profile_id() and p.is_kids
    )
$$;
comment on function private.is_kids_acting() is 'Whether a kids profile acts.';
revoke execute on function private.is_kids_acting() from public;
grant execute on function private.is_kids_acting() to anon, authenticated, service_role;

-- source: sql/private/identity/kids_mode/kids_profile_id.sql
-- Helper. Returns the profile that the caller's session is bound to in kids mode; null outside kids mode. Never raises.
-- Definer: clients may not read kids_sessions.
create or replace function private.kids_profile_id() returns uuid
language plpgsql stable security definer set search_path = ''
as $$
declare
    v_session uuid := private.session_id();
begin
    if v_session is null then
        return null;
    end if;
    return (select k.profile_id from private.kids_sessions as k where k.session_id = v_session);
end
$$;
comment on function private.kids_profile_id() is 'The profile that a session in kids mode is bound to; else null.';
revoke execute on function private.kids_profile_id() from public;
grant execute on function private.kids_profile_id() to anon, authenticated, service_role;

-- source: sql/private/identity/kids_mode/pin_tries.sql
-- Helper. Returns the wrong PINs that count, those of the last 15 minutes; how many of 5 attempts remain; and, if none
-- remains, the seconds until the next. Called by definer functions only.
create or replace function private.pin_tries(
    failed_at timestamptz[], out failed timestamptz[], out tries_left integer, out retry_after integer
)
language plpgsql stable set search_path = ''
as $$
declare
    v_most constant integer := 5;
    v_window constant interval := '15 minutes';
begin
    failed := array(
        select f.at from unnest(failed_at) as f (at) where f.at > clock_timestamp() - v_window order by f.at
    );
    tries_left := greatest(0, v_most - cardinality(failed));
    if tries_left = 0 then
        retry_after := greatest(1, ceil(extract(epoch from failed[1] + v_window - clock_timestamp())));
    end if;
end
$$;
comment on function private.pin_tries(timestamptz[]) is 'The wrong PINs that count, and how many attempts remain.';
revoke execute on function private.pin_tries(timestamptz[]) from public;

-- source: sql/private/identity/kids_mode/read_kids_mode.sql
-- Helper. Returns whether the caller's session is in kids mode, its profile, whether the account has a PIN, how many
-- wrong PINs it may still try, and the seconds until the next attempt if none remains.
-- Definer: clients may read neither kids_sessions nor account_pins.
create or replace function private.read_kids_mode() returns jsonb
language sql stable security definer set search_path = ''
as $$
    select jsonb_build_object(
        'kids_mode', private.kids_profile_id() is not null,
        'profile_id', private.kids_profile_id(),
        'has_pin', p.account_id is not null,
        'tries_left', case when p.account_id is not null then t.tries_left end,
        'retry_after', t.retry_after
    )
    from (select) as one
    left join private.account_pins as p on p.account_id = private.caller_id()
    cross join lateral private.pin_tries(p.failed_at) as t
$$;
comment on function private.read_kids_mode() is 'Whether the caller''s session is in kids mode.';
revoke execute on function private.read_kids_mode() from public;
grant execute on function private.read_kids_mode() to authenticated;

-- source: sql/private/identity/kids_mode/refuse_kids.sql
-- Trigger. Raises 403 kids_mode for any statement while a kids profile acts.
create or replace function private.refuse_kids() returns trigger
language plpgsql set search_path = ''
as $$
begin
    perform private.check_not_kids();
    return null;
end
$$;
comment on function private.refuse_kids() is 'Trigger. Refuses the statement while a kids profile acts.';
revoke execute on function private.refuse_kids() from public;
grant execute on function private.refuse_kids() to authenticated, service_role;

-- source: sql/private/identity/kids_mode/start_kids_mode.sql
-- Helper. Binds the caller's session to a kids profile; repeating it with the same profile does nothing. Raises 42501
-- for a profile that is not the caller's and for a token without a session, 22023 for a profile that is no kids
-- profile, PT409 if the account has no PIN, 403 kids_mode if the session is bound to another profile.
-- Definer: clients may not write kids_sessions.
create or replace function private.start_kids_mode(profile_id uuid) returns void
language plpgsql security definer set search_path = ''
as $$
declare
    v_account uuid;
    v_session uuid := private.session_id();
begin
    if private.kids_profile_id() = start_kids_mode.profile_id then
        return;
    elsif private.kids_profile_id() is not null then
        perform private.check_not_kids();
    end if;
    select p.account_id into v_account
    from public.profiles as p
    where p.id = start_kids_mode.profile_id and p.account_id = private.caller_id() and p.is_kids;
    if v_account is null then
        if not exists (
            select from public.profiles as p
            where p.id = start_kids_mode.profile_id and p.account_id = private.caller_id()
        ) then
            raise exception 'this profile is not yours'
                using errcode = '42501', detail = '{"field": "profile_id"}',
                hint = 'Send the id of one of your profiles.';
        end if;
        raise exception 'this profile is not a kids profile'
            using errcode = '22023', detail = '{"field": "profile_id"}';
    end if;
    if not exists (select from private.account_pins as p where p.account_id = v_account) then
        raise exception 'kids mode requires a PIN'
            using errcode = 'PT409', hint = 'Set one with set_account_pin.';
    end if;
    if not exists (select from auth.sessions as s where s.id = v_session and s.user_id = v_account) then
        raise exception 'this token has no session' using errcode = '42501', hint = 'Sign in.';
    end if;
    insert into private.kids_sessions (session_id, profile_id) values (v_session, start_kids_mode.profile_id);
end
$$;
comment on function private.start_kids_mode(uuid) is 'Bind the caller''s session to a kids profile.';
revoke execute on function private.start_kids_mode(uuid) from public;
grant execute on function private.start_kids_mode(uuid) to authenticated;

-- source: sql/private/identity/kids_mode/store_pin.sql
-- Helper. Sets the PIN of the caller's account. If there is one, the current PIN is required, unless the session began
-- within the last ten minutes (private.periods, pin_reset); if it is wrong, the status is set as in private.verify_pin.
-- Raises 42501 without an account, 403 kids_mode.
-- Definer: clients may not read or write account_pins.
create or replace function private.store_pin(pin text, current_pin text) returns void
language plpgsql security definer set search_path = ''
as $$
declare
    v_account uuid := private.check_account();
    v_salt bytea := uuid_send(gen_random_uuid());
    v_rounds constant integer := 20000;
begin
    if exists (select from private.account_pins as p where p.account_id = v_account) and not exists (
        select
        from auth.sessions as s
        where
            s.id = private.session_id() and s.user_id = v_account
            and s.created_at > now() - (select p.length from private.periods as p where p.name = 'pin_reset')
    ) then
        if not private.verify_pin(v_account, current_pin) then
            return;
        end if;
    end if;
    insert into private.account_pins as p (account_id, salt, digest, rounds)
    values (v_account, v_salt, private.hash_pin(pin, v_salt, v_rounds), v_rounds)
    on conflict on constraint account_pins_pkey do update set
        salt = excluded.salt, digest = excluded.digest, rounds = excluded.rounds, set_at = now(), failed_at = '{}';
end
$$;
comment on function private.store_pin(text, text) is 'Set the PIN of the caller''s account.';
revoke execute on function private.store_pin(text, text) from public;
grant execute on function private.store_pin(text, text) to authenticated;

-- source: sql/private/identity/kids_mode/verify_pin.sql
-- Helper. Compares a PIN with the account's. Returns whether it is correct; if not, the HTTP status of the response is
-- set: 403, or 429 after 5 wrong attempts within 15 minutes, then for the correct PIN as well. It does not raise, which
-- would roll back the count of attempts, and its callers return void (private.set_response_status). An attempt is counted before it
-- is compared, so that nothing runs after the comparison of a wrong PIN. A row lock serialises concurrent attempts, so
-- that exactly 5 are compared. A PIN of another form is wrong and not hashed: hashing takes time in proportion to its
-- length. Raises PT409 if the account has no PIN. Called by definer functions only.
create or replace function private.verify_pin(account_id uuid, pin text) returns boolean
language plpgsql set search_path = ''
as $$
declare
    v_pin private.account_pins;
    v_tries record;
begin
    select p.* into v_pin from private.account_pins as p where p.account_id = verify_pin.account_id for update;
    if not found then
        raise exception 'the account has no PIN' using errcode = 'PT409', hint = 'Set one with set_account_pin.';
    end if;
    v_tries := private.pin_tries(v_pin.failed_at);
    if v_tries.tries_left = 0 then
        perform private.set_response_status(429, v_tries.retry_after);
        return false;
    end if;
    perform private.set_response_status(403);
    update private.account_pins as p set failed_at = v_tries.failed || clock_timestamp()
    where p.account_id = verify_pin.account_id;
    if pin ~ '^[0-9]{4,12}$' and private.hash_pin(pin, v_pin.salt, v_pin.rounds) = v_pin.digest then
        update private.account_pins as p set failed_at = '{}' where p.account_id = verify_pin.account_id;
        perform set_config('response.status', '', true);
        return true;
    end if;
    return false;
end
$$;
comment on function private.verify_pin(uuid, text) is 'Compare a PIN with the account''s and count wrong attempts.';
revoke execute on function private.verify_pin(uuid, text) from public;

-- source: sql/private/identity/profiles/create_rater.sql
-- Trigger. Creates the rater, a pseudonym, of a new profile. The rater of an anonymous user is not counted in
-- statistics.
-- Definer: a client that creates a profile may not write raters.
create or replace function private.create_rater() returns trigger
language plpgsql security definer set search_path = ''
as $$
begin
    insert into public.raters (profile_id, is_counted)
    select new.id, not coalesce((select u.is_anonymous from auth.users as u where u.id = new.account_id), false);
    return null;
end
$$;
comment on function private.create_rater() is 'Trigger. Creates the rater of a new profile.';
revoke execute on function private.create_rater() from public;

-- source: sql/private/identity/profiles/current_profile_id.sql
-- Helper. Returns the acting profile. In kids mode this is the profile that the session is bound to, whatever the
-- request says. Otherwise it is the caller's profile that the header x-profile-id names, without the header the default
-- profile. Null if the header names no profile of the caller, for anon and for workers. Never raises.
-- Definer: policies and defaults call it before the caller may read any row of profiles.
create or replace function private.current_profile_id() returns uuid
language plpgsql stable security definer set search_path = ''
as $$
declare
    v_account uuid := private.caller_id();
    v_bound uuid;
    v_named text;
begin
    if v_account is null then
        return null;
    end if;
    v_bound := private.kids_profile_id();
    v_named := private.request_header('x-profile-id');
    if v_bound is null and v_named is null then
        return (select p.id from public.profiles as p where p.account_id = v_account and p.is_default);
    end if;
    return (
        select p.id
        from public.profiles as p
        where p.id = coalesce(v_bound, private.as_uuid(v_named)) and p.account_id = v_account
    );
end
$$;
comment on function private.current_profile_id() is 'The acting profile; null if there is none.';
revoke execute on function private.current_profile_id() from public;
grant execute on function private.current_profile_id() to anon, authenticated, service_role;

-- source: sql/private/identity/profiles/current_rater_id.sql
-- Helper. Returns the acting profile's rater, whose ratings a client reads and writes; null if there is none. Never
-- raises.
-- Definer: the policies of raters and ratings and the default of ratings.rater_id call it, before the caller may read a
-- row.
create or replace function private.current_rater_id() returns uuid
language sql stable security definer set search_path = ''
as $$
    select r.id
    from public.raters as r
    where r.profile_id = private.current_profile_id()
$$;
comment on function private.current_rater_id() is 'The acting profile''s rater; null if there is none.';
revoke execute on function private.current_rater_id() from public;
grant execute on function private.current_rater_id() to anon, authenticated, service_role;

-- source: sql/private/identity/profiles/current_viewer.sql
-- Helper. Returns the viewer that lists are built for: the acting profile's; for anon one without an age limit; all
-- null for the service, which sees everything. Never raises.
-- Definer: it reads accounts, and ratings before a policy permits them.
create or replace function private.current_viewer() returns private.viewer
language plpgsql stable security definer set search_path = ''
as $$
declare
    v_rater uuid := private.current_rater_id();
begin
    if v_rater is null and private.is_service() then
        return null;
    end if;
    return private.viewer_of_rater(v_rater);
end
$$;
comment on function private.current_viewer() is 'The viewer that the caller''s lists are built for.';
revoke execute on function private.current_viewer() from public;
grant execute on function private.current_viewer() to anon, authenticated, service_role;

-- source: sql/private/identity/profiles/guard_last_profile.sql
-- Trigger. Refuses to delete the last profile of an account, unless the account is deleted as well. Raises PT409.
-- Definer: it locks the row of accounts, which clients may not, and counts all profiles of the account.
create or replace function private.guard_last_profile() returns trigger
language plpgsql security definer set search_path = ''
as $$
begin
    perform from public.accounts as a where a.id = old.account_id for no key update;
    if found and not exists (
        select from public.profiles as p where p.account_id = old.account_id and p.id <> old.id
    ) then
        raise exception 'the last profile of an account cannot be deleted'
            using errcode = 'PT409', hint = 'Create another profile first, or delete the account.';
    end if;
    return old;
end
$$;
comment on function private.guard_last_profile() is 'Trigger. Refuses to delete an account''s last profile.';
revoke execute on function private.guard_last_profile() from public;

-- source: sql/private/identity/profiles/guard_profile.sql
-- Trigger. While a kids profile acts, it may change only itself, without is_kids, maturity_rating, shows_unrated and
-- account_id, and may not create or delete profiles. Exception: outside kids mode, an account that has only kids
-- profiles may create another one, so that it stays usable. Raises 403 kids_mode.
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
        when 'INSERT' then
            private.kids_profile_id() is not null or exists (
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

-- source: sql/private/identity/profiles/limit_profiles.sql
-- Trigger. Refuses a profile that would exceed the limit of the account's tier; concurrent inserts are counted exactly.
-- An account's first profile becomes its default. Raises PT409.
-- Definer: it locks the row of accounts, which clients may not, and counts all profiles of the account.
create or replace function private.limit_profiles() returns trigger
language plpgsql security definer set search_path = ''
as $$
declare
    v_count integer;
    v_limit integer;
begin
    if new.account_id is distinct from private.caller_id() and not private.is_service() then
        -- Another user's account: the policy refuses the row, before this reveals anything about the account.
        return new;
    end if;
    -- Lock the account so that concurrent inserts and deletes run one by one; the count below sees their result.
    perform from public.accounts as a where a.id = new.account_id for no key update;
    select count(*) into v_count from public.profiles as p where p.account_id = new.account_id;
    select l.value into v_limit
    from public.tier_limits as l
    where l.tier = private.tier_of(new.account_id) and l.name = 'profiles';
    if v_count >= v_limit then
        raise exception 'an account may have up to % profiles', v_limit
            using errcode = 'PT409', detail = jsonb_build_object('limit', v_limit)::text,
            hint = 'Delete a profile first.';
    end if;
    new.is_default := new.is_default or v_count = 0;
    return new;
end
$$;
comment on function private.limit_profiles() is 'Trigger. Limits the profiles of an account.';
revoke execute on function private.limit_profiles() from public;

-- source: sql/private/identity/profiles/make_default_profile.sql
-- Helper. Makes a profile the default of its account. Raises 22023 for null, 403 kids_mode, and as
-- private.rater_of_profile.
-- Definer: clients may not write is_default or lock the row of accounts.
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
comment on function private.make_default_profile(uuid) is 'Make a profile the default of its account.';
revoke execute on function private.make_default_profile(uuid) from public;
grant execute on function private.make_default_profile(uuid) to authenticated, service_role;

-- source: sql/private/identity/profiles/rater_of_profile.sql
-- Helper. Returns the rater of a profile: the acting profile for null, one of the caller's own, or any profile for the
-- service.
-- Raises 42501 for a profile that is not the caller's, PT404 if the service names an unknown one, 403 kids_mode for a
-- profile other than the acting one while a kids profile acts.
-- Definer: it reads profiles that the caller may not read, to refuse them.
create or replace function private.rater_of_profile(profile_id uuid) returns uuid
language plpgsql stable security definer set search_path = ''
as $$
declare
    v_rater uuid;
    v_account uuid;
begin
    if profile_id is null then
        return private.current_rater_id();
    end if;
    select r.id, p.account_id into v_rater, v_account
    from public.profiles as p
    join public.raters as r on r.profile_id = p.id
    where p.id = rater_of_profile.profile_id;
    if v_account = private.caller_id() and profile_id is distinct from private.current_profile_id() then
        perform private.check_not_kids();
    end if;
    if v_account = private.caller_id() or (private.is_service() and v_rater is not null) then
        return v_rater;
    end if;
    if private.is_service() then
        raise exception 'there is no profile %', profile_id
            using errcode = 'PT404', detail = '{"field": "profile_id"}';
    end if;
    raise exception 'this profile is not yours'
        using errcode = '42501', detail = '{"field": "profile_id"}',
        hint = 'Send the id of one of your profiles, or omit it.';
end
$$;
comment on function private.rater_of_profile(uuid) is 'The rater of a profile, if the caller may act for it.';
revoke execute on function private.rater_of_profile(uuid) from public;
grant execute on function private.rater_of_profile(uuid) to anon, authenticated, service_role;

-- source: sql/private/identity/profiles/rater_of_user.sql
-- Helper. Returns the rater for a user id: for the caller's own id the acting profile's; for the service the rater of
-- any user's default profile, or the rater whose own id is given. Raises 22023 for null, 42501 for another user's id,
-- PT404 for an unknown id.
-- Definer: the result for the service must not depend on what the caller may read.
create or replace function private.rater_of_user(user_id uuid) returns uuid
language plpgsql stable security definer set search_path = ''
as $$
declare
    v_rater uuid;
begin
    if user_id is null then
        raise exception 'user_id is missing'
            using errcode = '22023', detail = '{"field": "user_id"}', hint = 'Send your own user id.';
    end if;
    if user_id = private.caller_id() then
        return private.current_rater_id();
    end if;
    if not private.is_service() then
        raise exception 'this user is not you'
            using errcode = '42501', detail = '{"field": "user_id"}', hint = 'Send your own user id.';
    end if;
    select r.id into v_rater
    from public.raters as r
    left join public.profiles as p on p.id = r.profile_id
    where r.id = user_id or (p.account_id = user_id and p.is_default);
    if v_rater is null then
        raise exception 'there is no user %', user_id
            using errcode = 'PT404', detail = '{"field": "user_id"}';
    end if;
    return v_rater;
end
$$;
comment on function private.rater_of_user(uuid) is 'The rater for a user id, if the caller may act for it.';
revoke execute on function private.rater_of_user(uuid) from public;
grant execute on function private.rater_of_user(uuid) to anon, authenticated, service_role;

-- source: sql/private/identity/profiles/replace_default_profile.sql
-- Trigger. After the default profile is deleted, makes the account's oldest profile the default.
-- Definer: clients may not write is_default.
create or replace function private.replace_default_profile() returns trigger
language plpgsql security definer set search_path = ''
as $$
begin
    update public.profiles set is_default = true
    where id = (
        select p.id from public.profiles as p where p.account_id = old.account_id order by p.created_at, p.id limit 1
    );
    return null;
end
$$;
comment on function private.replace_default_profile() is 'Trigger. Makes the oldest profile the default.';
revoke execute on function private.replace_default_profile() from public;

-- source: sql/private/identity/profiles/viewer.sql
-- Helper. Returns the viewer that a list is built for: the acting profile for null (as private.current_viewer), one of
-- the caller's own profiles, or any profile for the service. Raises as private.rater_of_profile.
-- Definer: it reads a profile that is not the acting one, and accounts.
create or replace function private.viewer(profile_id uuid default null) returns private.viewer
language plpgsql stable security definer set search_path = ''
as $$
begin
    if profile_id is null then
        return private.current_viewer();
    end if;
    return private.viewer_of_rater(private.rater_of_profile(profile_id));
end
$$;
comment on function private.viewer(uuid) is 'The viewer of a profile, if the caller may act for it.';
revoke execute on function private.viewer(uuid) from public;
grant execute on function private.viewer(uuid) to anon, authenticated, service_role;

-- source: sql/private/identity/profiles/viewer_of_rater.sql
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

-- source: sql/private/identity/roles/change_role.sql
-- Helper. Grants a role to a user or revokes it, for an admin or the service; repeating it changes nothing. A trigger
-- of user_roles records the change. Returns the user's roles afterwards. Raises 42501 for other callers, 22023 for an
-- unknown role or a missing parameter, PT404 for an unknown user, 403 kids_mode.
-- Definer: no client role may write user_roles.
create or replace function private.change_role(user_id uuid, role text, has boolean) returns text[]
language plpgsql security definer set search_path = ''
as $$
begin
    perform private.check_admin();
    perform private.check_user(change_role.user_id);
    if change_role.role is null or change_role.role not in ('student', 'tutor', 'editor', 'reviewer', 'admin') then
        raise exception 'role must be student, tutor, editor, reviewer or admin'
            using errcode = '22023', detail = '{"field": "role"}';
    end if;
    if change_role.has then
        insert into private.user_roles (user_id, role) values (change_role.user_id, change_role.role)
        on conflict do nothing;
    else
        delete from private.user_roles as r where r.user_id = change_role.user_id and r.role = change_role.role;
    end if;
    return private.roles_of(change_role.user_id);
end
$$;
comment on function private.change_role(uuid, text, boolean) is 'Grant or revoke a user''s role, for an admin.';
revoke execute on function private.change_role(uuid, text, boolean) from public;
grant execute on function private.change_role(uuid, text, boolean) to authenticated, service_role;

-- source: sql/private/identity/roles/check_admin.sql
-- Helper. Raises 42501 unless the caller is the service or an admin by user_roles, whatever the token claims; 403
-- kids_mode while a kids profile acts. Called by definer functions only.
create or replace function private.check_admin() returns void
language plpgsql stable set search_path = ''
as $$
begin
    if private.is_service() or exists (
        select from private.user_roles as r where r.user_id = private.caller_id() and r.role = 'admin'
    ) then
        perform private.check_not_kids();
        return;
    end if;
    raise exception 'only an admin may do this' using errcode = '42501';
end
$$;
comment on function private.check_admin() is 'Raise an error unless the caller is an admin or the service.';
revoke execute on function private.check_admin() from public;

-- source: sql/private/identity/roles/guard_last_admin.sql
-- Helper. Raises PT409 if an admin is about to suspend the last active admin, or to revoke that user's role; the
-- service may. It locks the rows of all admins and checks the caller again, so that two admins who revoke each other
-- concurrently run one by one and the later one gets 42501. Call it before the change, in the same transaction. Raises
-- 42501 for a caller who is no admin.
-- Definer: no client role may read or lock user_roles.
create or replace function private.guard_last_admin(user_id uuid) returns void
language plpgsql security definer set search_path = ''
as $$
begin
    perform private.check_admin();
    if private.is_service() or not exists (
        select from private.user_roles as r where r.user_id = guard_last_admin.user_id and r.role = 'admin'
    ) then
        return;
    end if;
    perform from private.user_roles as r where r.role = 'admin' order by r.user_id for update;
    perform private.check_admin();
    if not exists (
        select from private.user_roles as r
        join public.accounts as a on a.id = r.user_id
        where r.role = 'admin' and r.user_id <> guard_last_admin.user_id and a.status = 'active'
    ) then
        raise exception 'the last active admin cannot be removed'
            using errcode = 'PT409', detail = '{"field": "user_id"}', hint = 'Make another user an admin first.';
    end if;
end
$$;
comment on function private.guard_last_admin(uuid) is 'Raise an error if the last active admin would be removed.';
revoke execute on function private.guard_last_admin(uuid) from public;
grant execute on function private.guard_last_admin(uuid) to authenticated, service_role;

-- source: sql/private/identity/roles/has_role.sql
-- Policy predicate. Returns whether the token's app_metadata.roles contains the role; false while a kids profile acts.
-- A change takes effect with the next token, except that every request checks whether an admin still is one. Never
-- raises.
create or replace function private.has_role(role text) returns boolean
language sql stable set search_path = ''
as $$
    select coalesce(auth.jwt() #> '{app_metadata,roles}' ? has_role.role, false) and not private.is_kids_acting()
$$;
comment on function private.has_role(text) is 'Whether the caller''s token has this role.';
revoke execute on function private.has_role(text) from public;
grant execute on function private.has_role(text) to anon, authenticated, service_role;

-- source: sql/private/identity/roles/read_roles.sql
-- Helper. Returns a user's roles, for an admin or the service. Raises 42501 for other callers, 22023 for null, PT404
-- for an unknown user, 403 kids_mode.
-- Definer: no client role may read user_roles.
create or replace function private.read_roles(user_id uuid) returns text[]
language plpgsql stable security definer set search_path = ''
as $$
begin
    perform private.check_admin();
    perform private.check_user(read_roles.user_id);
    return private.roles_of(read_roles.user_id);
end
$$;
comment on function private.read_roles(uuid) is 'A user''s roles, for an admin.';
revoke execute on function private.read_roles(uuid) from public;
grant execute on function private.read_roles(uuid) to authenticated, service_role;

-- source: sql/private/identity/roles/roles_of.sql
-- Helper. Returns a user's current roles in alphabetical order. Called by definer functions only.
create or replace function private.roles_of(user_id uuid) returns text[]
language sql stable set search_path = ''
as $$
    select array(select r.role from private.user_roles as r where r.user_id = roles_of.user_id order by r.role)
$$;
comment on function private.roles_of(uuid) is 'A user''s current roles.';
revoke execute on function private.roles_of(uuid) from public;

-- source: sql/private/identity/sessions/check_session.sql
-- Helper. Refuses a request whose token is no longer valid; private.session_error finds the reason.
-- Raises 401 account_suspended, user_banned, session_ended; 403 role_revoked, profile_refused.
create or replace function private.check_session() returns void
language plpgsql stable set search_path = ''
as $$
declare
    v_fault text := private.session_error();
begin
    if v_fault is null then
        return;
    end if;
    case v_fault
        when 'account_suspended' then
            perform private.refuse(401, 'account_suspended', 'This account is suspended.', 'Sign out.');
        when 'user_banned' then
            perform private.refuse(401, 'user_banned', 'This user is banned.', 'Sign out.');
        when 'session_ended' then
            perform private.refuse(401, 'session_ended', 'This session has ended.', 'Sign in again.');
        when 'role_revoked' then
            perform private.refuse(403, 'role_revoked', 'This user is no longer an admin.', 'Refresh the session.');
        when 'profile_refused' then
            perform private.refuse(
                403, 'profile_refused', 'x-profile-id is none of your profiles.',
                'Send the id of one of your profiles, or no header.'
            );
    end case;
end
$$;
comment on function private.check_session() is 'Raise an error if the caller''s token is no longer valid.';
revoke execute on function private.check_session() from public;
grant execute on function private.check_session() to anon, authenticated, service_role;

-- source: sql/private/identity/sessions/custom_access_token_hook.sql
-- Hook. Supabase Auth calls it before it signs an access token. It sets the user's roles and tier in app_metadata,
-- replacing any that are there; a suspended account gets no token. user_metadata of more than 4,000 bytes is replaced
-- by {}: servers would refuse a token of that length, and its owner could not sign in.
-- Takes {user_id, claims, authentication_method}; returns the event with changed claims, or {error}.
-- Definer: the role of Auth may not read private tables.
create or replace function private.custom_access_token_hook(event jsonb) returns jsonb
language sql stable security definer set search_path = ''
as $$
    select case
        when a.status = 'suspended' then
            '{"error": {"http_code": 403, "message": "This account is suspended."}}'
        else jsonb_set(
            case
                when octet_length(event #>> '{claims,user_metadata}') > 4000
                then jsonb_set(event, '{claims,user_metadata}', '{}')
                else event
            end,
            '{claims,app_metadata}',
            coalesce(event #> '{claims,app_metadata}', '{}')
            || jsonb_build_object('roles', private.roles_of(u.id), 'tier', private.tier_of(u.id))
        )
    end
    from (select (event ->> 'user_id')::uuid as id) as u
    left join public.accounts as a on a.id = u.id
$$;
comment on function private.custom_access_token_hook(jsonb) is
'Hook. Adds the user''s roles and tier to the access token.';
revoke execute on function private.custom_access_token_hook(jsonb) from public;
grant execute on function private.custom_access_token_hook(jsonb) to supabase_auth_admin;

-- source: sql/private/identity/sessions/end_reused_session.sql
-- Trigger. At the end of a transaction that revoked a refresh token without a successor, deletes its session. Auth
-- revokes so when an older token of the session is used again after its grace time, possibly by a thief. It keeps the
-- session itself: the access token would live on, and the newest refresh token could be exchanged for ten more seconds.
-- Definer: the role of Auth runs it and may not read private tables.
create or replace function private.end_reused_session() returns trigger
language plpgsql security definer set search_path = ''
as $$
begin
    -- Not in the trigger's condition, which would keep Auth's migrations from the column.
    if new.revoked
        and not old.revoked
        and not exists (select from auth.refresh_tokens as t where t.parent = new.token)
    then
        delete from auth.sessions as s where s.id = new.session_id;
    end if;
    return null;
end
$$;
comment on function private.end_reused_session() is 'Trigger. Deletes the session in which a refresh token was reused.';
revoke execute on function private.end_reused_session() from public;

-- source: sql/private/identity/sessions/session_error.sql
-- Helper. Returns why a signed-in caller's access token is no longer valid, although its signature and expiry are; null
-- if it is valid, and for anon and the service:
--   account_suspended  an admin suspended the account
--   user_banned        Auth banned the user
--   session_ended      the session ended, or the user was softly deleted
--   role_revoked       the token has the role admin, and the user no longer has it
--   profile_refused    the header x-profile-id names no profile of the caller
-- A token without session_id, which only the operator can sign, has no session to check. Every table is read by its
-- key. Never raises: the policy of storage.objects calls it, because Storage runs no request check.
-- Definer: it reads auth.sessions and auth.users, which clients may not read.
create or replace function private.session_error() returns text
language plpgsql stable security definer set search_path = ''
as $$
declare
    v_claims jsonb;
    v_user uuid;
    v_session text;
    v_session_id uuid;
    v_profile text;
    v_banned_until timestamptz;
    v_status text;
    v_is_live boolean;
    v_is_deleted boolean;
begin
    if current_setting('role', true) is distinct from 'authenticated' then
        return null;
    end if;
    v_claims := nullif(current_setting('request.jwt.claims', true), '');
    v_user := private.as_uuid(v_claims ->> 'sub');
    v_session := nullif(v_claims ->> 'session_id', '00000000-0000-0000-0000-000000000000');
    v_session_id := private.as_uuid(v_session);
    v_profile := private.request_header('x-profile-id');

    select u.banned_until, a.status, s.id is not null, u.deleted_at is not null
    into v_banned_until, v_status, v_is_live, v_is_deleted
    from auth.users as u
    left join public.accounts as a on a.id = v_user
    left join auth.sessions as s
        on s.id = v_session_id and s.user_id = v_user and (s.not_after is null or s.not_after > now())
    where u.id = v_user;

    if v_status = 'suspended' then
        return 'account_suspended';
    elsif v_banned_until > now() then
        return 'user_banned';
    elsif v_is_deleted or v_session is not null and v_is_live is not true then
        return 'session_ended';
    elsif v_claims #> '{app_metadata,roles}' ? 'admin' and not exists (
        select from private.user_roles as r where r.user_id = v_user and r.role = 'admin'
    ) then
        return 'role_revoked';
    elsif v_profile is not null and not exists (
        select from public.profiles as p where p.id = private.as_uuid(v_profile) and p.account_id = v_user
    ) then
        return 'profile_refused';
    end if;
    return null;
end
$$;
comment on function private.session_error() is 'Why the caller''s token is no longer valid; null: it is valid.';
revoke execute on function private.session_error() from public;
grant execute on function private.session_error() to anon, authenticated, service_role;

-- source: sql/private/identity/tiers/current_tier.sql
-- Helper. Returns premium if the token's app_metadata.tier says so, else free. Never raises.
create or replace function private.current_tier() returns text
language sql stable set search_path = ''
as $$
    select case
        when auth.jwt() #>> '{app_metadata,tier}' = 'premium' then 'premium'
        else 'free'
    end
$$;
comment on function private.current_tier() is 'The caller''s tier by the token: premium or free.';
revoke execute on function private.current_tier() from public;
grant execute on function private.current_tier() to anon, authenticated, service_role;

-- source: sql/private/identity/tiers/has_tier.sql
-- Policy predicate. Returns whether the caller's subscription gives this tier or a higher one now: an upgrade takes
-- effect at once, before the token changes. Everyone has free; an unknown tier returns false. Never raises.
-- Definer: anon, which may not read subscriptions, also calls it.
create or replace function private.has_tier(tier text) returns boolean
language sql stable security definer set search_path = ''
as $$
    select exists (
        select
        from public.tiers as wanted
        join public.tiers as had on had.rank >= wanted.rank
        where wanted.name = has_tier.tier and had.name = private.tier_of(private.caller_id())
    )
$$;
comment on function private.has_tier(text) is 'Whether the caller has this tier now.';
revoke execute on function private.has_tier(text) from public;
grant execute on function private.has_tier(text) to anon, authenticated, service_role;

-- source: sql/private/identity/tiers/tier_of.sql
-- Helper. Returns the tier of an account now: that of a subscription whose status grants it and whose period has not
-- ended, else free. Security invoker: clients see only their own subscription.
create or replace function private.tier_of(account_id uuid) returns text
language sql stable set search_path = ''
as $$
    select coalesce(
        (
            select s.tier
            from public.subscriptions as s
            where
                s.account_id = tier_of.account_id
                and s.status in ('trial', 'active', 'past_due', 'cancelled')
                and now() < s.current_period_end
        ),
        'free'
    )
$$;
comment on function private.tier_of(uuid) is 'The tier of an account now.';
revoke execute on function private.tier_of(uuid) from public;
grant execute on function private.tier_of(uuid) to authenticated, service_role;

-- source: sql/private/platform/audit/audit.sql
-- Helper. Adds an entry to the audit log; actor, role, IP address and request id are taken from the request. Called by
-- definer functions only. Pass ids: texts and e-mail addresses of people do not belong in the log.
-- Definer: no role has write privileges on the log.
create or replace function private.audit(
    action text, subject_type text, subject_id text, before jsonb, after jsonb
)
returns void
language sql security definer set search_path = ''
as $$
    insert into private.audit_log (
        actor_id, actor_role, action, subject_type, subject_id, before, after, address, request_id
    )
    values (
        private.caller_id(),
        coalesce(nullif(current_setting('role', true), 'none'), session_user::text),
        audit.action,
        audit.subject_type,
        audit.subject_id,
        audit.before,
        audit.after,
        private.current_address(),
        left(private.request_header('x-request-id'), 128)
    )
$$;
comment on function private.audit(text, text, text, jsonb, jsonb) is 'Add an entry to the audit log.';
revoke execute on function private.audit(text, text, text, jsonb, jsonb) from public;

-- source: sql/private/platform/audit/audit_role.sql
-- Trigger. Records each granted and revoked role in the audit log, whichever way it was changed.
-- Definer: only private.audit writes the log, and no role may execute it.
create or replace function private.audit_role() returns trigger
language plpgsql security definer set search_path = ''
as $$
begin
    if tg_op = 'INSERT' then
        perform private.audit('role.granted', 'user', new.user_id::text, null, jsonb_build_object('role', new.role));
    else
        perform private.audit('role.revoked', 'user', old.user_id::text, jsonb_build_object('role', old.role), null);
    end if;
    return null;
end
$$;
comment on function private.audit_role() is 'Trigger. Records granted and revoked roles in the audit log.';
revoke execute on function private.audit_role() from public;

-- source: sql/private/platform/audit/read_audit_log.sql
-- Helper. Returns a page of the audit log, latest first, for an admin or the service. The read is recorded in the log
-- after the page was selected. Raises 42501 for other callers, 403 kids_mode.
-- Definer: no client role may read the log.
create or replace function private.read_audit_log(
    action text, actor_id uuid, subject_id text, before_id bigint, count integer
)
returns setof public.audit_entry
language plpgsql rows 50 security definer set search_path = ''
as $$
#variable_conflict use_column
begin
    perform private.check_admin();
    return query
    select
        l.id, l.occurred_at, l.actor_id, l.actor_role, l.action, l.subject_type, l.subject_id,
        l.before, l.after, l.address, l.request_id
    from private.audit_log as l
    where
        (read_audit_log.action is null or l.action = read_audit_log.action)
        and (read_audit_log.actor_id is null or l.actor_id = read_audit_log.actor_id)
        and (read_audit_log.subject_id is null or l.subject_id = read_audit_log.subject_id)
        and (read_audit_log.before_id is null or l.id < read_audit_log.before_id)
    order by l.id desc
    limit read_audit_log.count;
    perform private.audit(
        'audit_log.read', 'audit_log', null, null,
        jsonb_strip_nulls(jsonb_build_object(
            'action', read_audit_log.action,
            'actor_id', read_audit_log.actor_id,
            'subject_id', read_audit_log.subject_id,
            'before_id', read_audit_log.before_id,
            'count', read_audit_log.count
        ))
    );
end
$$;
comment on function private.read_audit_log(text, uuid, text, bigint, integer) is
'A page of the audit log, for an admin.';
revoke execute on function private.read_audit_log(text, uuid, text, bigint, integer) from public;
grant execute on function private.read_audit_log(text, uuid, text, bigint, integer) to authenticated, service_role;

-- source: sql/private/platform/audit/refuse_change.sql
-- Trigger. Keeps a ledger append-only: raises 42501 on update, delete and truncate.
create or replace function private.refuse_change() returns trigger
language plpgsql set search_path = ''
as $$
begin
    raise exception '% is append-only', tg_table_name using errcode = '42501';
end
$$;
comment on function private.refuse_change() is 'Trigger. Keeps a table append-only.';
revoke execute on function private.refuse_change() from public;

-- source: sql/private/platform/limits/admit_request.sql
-- Helper. Counts a request to Auth or Storage against its rate limit. The server calls it in a transaction of its own,
-- so that requests that fail later are counted as well.
--   role    as in private.rate_limits: anon for a caller who is not signed in
--   scope   the kind of request: storage, sign_in, password, anonymous, refresh
--   caller  the user id or the network; for password the e-mail address, of which only a SHA-256 digest is stored
-- Returns whether the request is admitted; null if no limit applies.
-- Definer: the servers' roles have no privileges on limits and slots. Only they may execute it, because it trusts
-- `caller`.
create or replace function private.admit_request(role text, scope text, caller text) returns private.admission
language plpgsql security definer set search_path = ''
as $$
declare
    v_limit private.rate_limits;
begin
    select l.* into v_limit
    from private.rate_limits as l
    where l.role = admit_request.role and l.scope = admit_request.scope;
    if not found then
        return null;
    end if;
    return private.take_rate_slot(
        v_limit,
        case v_limit.scope
            when 'password' then encode(sha256(convert_to(lower(admit_request.caller), 'UTF8')), 'hex')
            else admit_request.caller
        end
    );
end
$$;
comment on function private.admit_request(text, text, text) is
'Count a request to Auth or Storage against its rate limit.';
revoke execute on function private.admit_request(text, text, text) from public;
grant execute on function private.admit_request(text, text, text) to supabase_auth_admin, supabase_storage_admin;

-- source: sql/private/platform/limits/check_request.sql
-- Hook. The REST server calls it before each request (pgrst.db_pre_request). Each check refuses the request by raising.
create or replace function private.check_request() returns void
language plpgsql set search_path = ''
as $$
begin
    perform private.check_session();
    perform private.count_request();
end
$$;
comment on function private.check_request() is 'Hook. Checks each request to the API before it runs.';
revoke execute on function private.check_request() from public;
grant execute on function private.check_request() to anon, authenticated, service_role;

-- source: sql/private/platform/limits/count_request.sql
-- Helper. Counts a write request of the caller and raises 429 rate_limited, with Retry-After, when its limit is
-- reached. It adds the X-RateLimit headers to the response. Reads are skipped: their transactions are read-only, so the
-- REST server counts them. A failed request is rolled back with its slot; the REST server counts those too.
-- Headers are built with format because it is fast, and this runs before every write.
-- Definer: no API role has privileges on limits and slots; it only counts its caller.
create or replace function private.count_request() returns void
language plpgsql security definer set search_path = ''
as $$
declare
    v_limit private.rate_limits;
    v_caller text;
    v_entry private.admission;
begin
    if current_setting('transaction_read_only')::boolean then
        return;
    end if;
    select l.* into v_limit
    from private.rate_limits as l
    where l.role = current_setting('role') and l.scope = 'write';
    if not found then
        return;
    end if;
    if v_limit.role <> 'anon' then
        v_caller := nullif(current_setting('request.jwt.claims', true), '')::json ->> 'sub';
    end if;
    v_entry := private.take_rate_slot(v_limit, coalesce(v_caller, private.current_network()));
    if v_entry.admitted then
        perform set_config(
            'response.headers',
            format(
                '[{"X-RateLimit-Limit": "%s"}, {"X-RateLimit-Remaining": "%s"}, {"X-RateLimit-Reset": "%s"}]',
                v_entry.requests, v_entry.remaining, v_entry.wait
            ),
            true
        );
        return;
    end if;
    perform private.refuse(
        429, 'rate_limited', format('Too many requests: try again in %s s', v_entry.wait),
        headers => jsonb_build_object(
            'X-RateLimit-Limit', v_entry.requests::text,
            'X-RateLimit-Remaining', '0',
            'X-RateLimit-Reset', v_entry.wait::text,
            'Retry-After', v_entry.wait::text
        )
    );
end
$$;
comment on function private.count_request() is 'Count a write request of the caller, or refuse it with 429.';
revoke execute on function private.count_request() from public;
grant execute on function private.count_request() to anon, authenticated, service_role;

-- source: sql/private/platform/limits/count_rows.sql
-- Trigger. Counts the rows that a client's statement wrote against the caller's limits for the table and for all tables
-- together (scope rows). Raises 429 rate_limited and 413 too_many_rows. Rows written by triggers and roles without such
-- a limit are not counted.
-- Definer: no API role has privileges on the limits; it only counts its caller.
create or replace function private.count_rows() returns trigger
language plpgsql security definer set search_path = ''
as $$
declare
    v_limits private.rate_limits[];
    v_rows bigint;
    v_caller text;
begin
    if pg_trigger_depth() > 1 then
        return null;
    end if;
    v_limits := array(
        select l
        from private.rate_limits as l
        where l.role = current_setting('role', true) and l.scope in ('rows', tg_table_name)
        order by l.scope
    );
    if v_limits = '{}' then
        return null;
    end if;
    select count(*) into v_rows from changed_rows;
    v_caller := coalesce(
        nullif(current_setting('request.jwt.claims', true), '')::json ->> 'sub', private.current_network()
    );
    for v_at in 1 .. cardinality(v_limits) loop
        perform private.take_row_slots(v_limits[v_at], v_caller, v_rows);
    end loop;
    return null;
end
$$;
comment on function private.count_rows() is 'Trigger. Counts the rows that a client writes, or refuses them.';
revoke execute on function private.count_rows() from public;

-- source: sql/private/platform/limits/hold_rows.sql
-- Trigger. Before a statement that can write several rows, serialises the writes of the caller (private.hold_writes).
-- Statements of triggers run under the lock of the statement that fired them.
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
comment on function private.hold_rows() is 'Trigger: serialises the writes of a client.';
revoke execute on function private.hold_rows() from public;
grant execute on function private.hold_rows() to authenticated, service_role;

-- source: sql/private/platform/limits/hold_writes.sql
-- Helper. Serialises the writes of a client: takes the lock of private.take_row_slots before a statement locks any row.
-- Otherwise two writes of one user that lock the same rows in different orders would deadlock, and hold the counts of
-- items, which every user's ratings change, until the deadlock is detected.
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
comment on function private.hold_writes() is 'Serialises the writes of a client.';
revoke execute on function private.hold_writes() from public;
grant execute on function private.hold_writes() to authenticated, service_role;

-- source: sql/private/platform/limits/password_attempt_hook.sql
-- Hook. Hosted Auth calls it for each password attempt; the embedded Auth counts attempts itself. It counts attempts
-- per account and rejects those above the limit, whether the password is correct or not. Auth calls it in a transaction
-- of its own, so rejected attempts count.
--   event  user_id, valid
-- Returns decision continue, or reject with a message.
create or replace function private.password_attempt_hook(event jsonb) returns jsonb
language plpgsql set search_path = ''
as $$
declare
    v_account text := (select u.email from auth.users as u where u.id = (event ->> 'user_id')::uuid);
    v_entry private.admission := private.admit_request('anon', 'password', coalesce(v_account, event ->> 'user_id'));
begin
    if v_entry.admitted is false then
        return jsonb_build_object(
            'decision', 'reject', 'message', format('Too many tries: try again in %s s', v_entry.wait)
        );
    end if;
    return jsonb_build_object('decision', 'continue');
end
$$;
comment on function private.password_attempt_hook(jsonb) is
'Hook. Rejects password attempts above the limit per account.';
revoke execute on function private.password_attempt_hook(jsonb) from public;
grant execute on function private.password_attempt_hook(jsonb) to supabase_auth_admin;

-- source: sql/private/platform/limits/reload_rate_limits.sql
-- Trigger. Notifies the REST server, which counts reads, that rate limits changed.
create or replace function private.reload_rate_limits() returns trigger
language plpgsql set search_path = ''
as $$
begin
    perform pg_notify('pgrst', 'reload config');
    return null;
end
$$;
comment on function private.reload_rate_limits() is 'Trigger. Makes the REST server reload the rate limits.';
revoke execute on function private.reload_rate_limits() from public;

-- source: sql/private/platform/limits/take_rate_slot.sql
-- Helper. Takes one of a caller's slots for a request. Returns whether it is admitted, the limit, the remaining
-- requests, and the seconds until the next slot is free.
-- A caller has as many slots as the limit allows requests, and a slot is free again one window after it was taken: no
-- window of that length exceeds the limit, and concurrent requests get exactly the limit. A request never waits for
-- another: a slot that another transaction is taking is locked by an advisory lock, and the next one is tried. The lock
-- lasts until the transaction ends and the slot is visible; the insert checks the slot's latest version. A rollback
-- frees the slot.
-- Called by definer functions only.
create or replace function private.take_rate_slot(a_limit private.rate_limits, caller text) returns private.admission
language plpgsql set search_path = ''
as $$
#variable_conflict use_variable
declare
    v_now timestamptz := clock_timestamp();
    v_free_before timestamptz := v_now - make_interval(secs => a_limit.window_seconds);
    v_taken integer[];
    v_oldest timestamptz;
    v_wait integer;
begin
    select array_agg(s.slot), min(s.taken_at) into v_taken, v_oldest
    from private.rate_slots as s
    where s.caller = take_rate_slot.caller and s.scope = a_limit.scope
        and s.slot <= a_limit.requests and s.taken_at > v_free_before;
    v_taken := coalesce(v_taken, '{}');
    v_wait := greatest(1, ceil(date_part('epoch', coalesce(v_oldest, v_now) - v_free_before)));

    for v_slot in 1 .. a_limit.requests loop
        continue when v_slot = any (v_taken);
        if pg_try_advisory_xact_lock(hashtextextended(a_limit.scope || caller, v_slot)) then
            insert into private.rate_slots as s (caller, scope, slot, taken_at)
            values (caller, a_limit.scope, v_slot, v_now)
            on conflict on constraint rate_slots_pkey do update set taken_at = excluded.taken_at
            where s.taken_at <= v_free_before;
            if found then
                return (true, a_limit.requests, a_limit.requests - cardinality(v_taken) - 1, v_wait);
            end if;
        end if;
    end loop;
    return (false, a_limit.requests, 0, v_wait);
end
$$;
comment on function private.take_rate_slot(private.rate_limits, text) is 'Take one of a caller''s slots, if one is free.';
revoke execute on function private.take_rate_slot(private.rate_limits, text) from public;

-- source: sql/private/platform/limits/take_row_slots.sql
-- Helper. Counts rows that a caller wrote, or refuses them: 413 too_many_rows for more than the limit of a window, 429
-- rate_limited with Retry-After for more than remain.
-- Rows are counted in steps of a sixtieth of the window. A step counts until all of it has left the window, so that no
-- window of that length exceeds the limit. A lock serialises a caller's writes: each waits until the previous one is
-- committed or rolled back, so concurrent writes get exactly the limit.
-- Called by definer functions only.
create or replace function private.take_row_slots(a_limit private.rate_limits, caller text, rows bigint) returns void
language plpgsql set search_path = ''
as $$
declare
    v_window interval := make_interval(secs => a_limit.window_seconds);
    v_step interval := make_interval(secs => greatest(1, a_limit.window_seconds / 60));
    v_now timestamptz;
    v_spent bigint;
    v_wait integer;
begin
    if rows = 0 then
        return;
    elsif rows > a_limit.requests then
        perform private.refuse(
            413, 'too_many_rows',
            format('%s rows are too many: %s may be written in %s s', rows, a_limit.requests, a_limit.window_seconds),
            'Send them in smaller pieces.'
        );
    end if;
    perform pg_advisory_xact_lock(hashtextextended('rows:' || caller, 0));
    v_now := clock_timestamp();
    select coalesce(sum(r.written), 0) into v_spent
    from private.rate_rows as r
    where r.caller = take_row_slots.caller and r.scope = a_limit.scope and r.written_at > v_now - v_window - v_step;
    if v_spent + rows > a_limit.requests then
        select greatest(1, ceil(date_part('epoch', min(s.written_at) + v_step + v_window - v_now))) into v_wait
        from (
            select r.written_at, v_spent - sum(r.written) over (order by r.written_at) as remaining
            from private.rate_rows as r
            where r.caller = take_row_slots.caller and r.scope = a_limit.scope and r.written_at > v_now - v_window - v_step
        ) as s
        where s.remaining + take_row_slots.rows <= a_limit.requests;
        perform private.refuse(
            429, 'rate_limited', format('Too many rows: try again in %s s', v_wait),
            headers => jsonb_build_object('Retry-After', v_wait::text)
        );
    end if;
    insert into private.rate_rows as r (caller, scope, written_at, written)
    values (take_row_slots.caller, a_limit.scope, date_bin(v_step, v_now, 'epoch'), take_row_slots.rows)
    on conflict on constraint rate_rows_pkey do update set written = r.written + excluded.written;
end
$$;
comment on function private.take_row_slots(private.rate_limits, text, bigint) is
'Count rows that a caller wrote, or refuse them.';
revoke execute on function private.take_row_slots(private.rate_limits, text, bigint) from public;

-- source: sql/private/platform/partitions/delete_older_than.sql
-- Helper. Deletes up to `batch` rows of a table that are older than the moment; returns how many. Of an append-only
-- table it deletes none and logs a warning: only whole partitions of it are dropped. Called by private.apply_retention.
create or replace function private.delete_older_than(
    relation regclass, age_column text, moment timestamptz, batch integer
)
returns bigint
language plpgsql set search_path = '' set timezone = 'UTC'
as $$
declare
    v_removed bigint := 0;
begin
    if relation is not null then
        execute format(
            'delete from %1$s where ctid = any(array(select t.ctid from %1$s as t where t.%2$I < $1 limit $2))',
            relation, age_column
        ) using moment, batch;
        get diagnostics v_removed = row_count;
    end if;
    return v_removed;
exception when insufficient_privilege then
    raise warning 'old rows of % cannot be deleted: %', relation, sqlerrm;
    return 0;
end
$$;
comment on function private.delete_older_than(regclass, text, timestamptz, integer) is
'Delete rows of a table that are older than a moment.';
revoke execute on function private.delete_older_than(regclass, text, timestamptz, integer) from public;

-- source: sql/private/platform/partitions/expired_partitions.sql
-- Helper. Returns the range partitions of a table that end at or before the moment, the oldest first.
create or replace function private.expired_partitions(relation regclass, moment timestamptz) returns setof regclass
language sql stable rows 10 set search_path = '' set timezone = 'UTC'
as $$
    select c.oid::regclass
    from pg_catalog.pg_inherits as i
    join pg_catalog.pg_class as c on c.oid = i.inhrelid
    cross join lateral (
        select (regexp_match(pg_get_expr(c.relpartbound, c.oid), 'TO \(''([^'']+)''\)'))[1]::timestamptz as ends
    ) as part
    where i.inhparent = expired_partitions.relation and part.ends <= expired_partitions.moment
    order by part.ends
$$;
comment on function private.expired_partitions(regclass, timestamptz) is
'The partitions of a table that end before a moment.';
revoke execute on function private.expired_partitions(regclass, timestamptz) from public;

-- source: sql/private/platform/partitions/make_partitions.sql
-- Worker. Creates the monthly partitions of interactions and audit_log that are missing, from last month to three
-- months ahead. Runs daily. Rows of a month without a partition go to the default partition.
create or replace function private.make_partitions() returns void
language plpgsql set search_path = ''
as $$
declare
    v_table text;
    v_month date;
    v_part text;
begin
    for v_table, v_month in
        select t, m::date
        from unnest(array['public.interactions', 'private.audit_log']) as t
        cross join generate_series(
            date_trunc('month', now() at time zone 'UTC') - interval '1 month',
            date_trunc('month', now() at time zone 'UTC') + interval '3 months',
            interval '1 month'
        ) as m
    loop
        v_part := format('private.%s_%s', split_part(v_table, '.', 2), to_char(v_month, 'YYYY_MM'));
        continue when to_regclass(v_part) is not null;
        execute format(
            'create table %s partition of %s for values from (%L) to (%L)',
            v_part, v_table, v_month, (v_month + interval '1 month')::date
        );
        if v_table = 'private.audit_log' then
            -- Partitions inherit row triggers but not statement triggers.
            execute format(
                'create trigger append_only_whole before truncate on %s '
                'for each statement execute function private.refuse_change()', v_part
            );
        end if;
    end loop;
end
$$;
comment on function private.make_partitions() is 'Create the missing monthly partitions of interactions and audit_log.';
revoke execute on function private.make_partitions() from public;

-- source: sql/private/platform/queue/delete_jobs_naming.sql
-- Helper. Deletes the jobs that contain one of these ids, except running ones; the index procrastinate_jobs_ids finds
-- them. Called by definer functions only.
-- The search path is the queue's, because the queue's own trigger functions use unqualified names.
create or replace function private.delete_jobs_naming(ids uuid[]) returns void
language sql set search_path = procrastinate
as $$
    delete from procrastinate_jobs as j
    where j.status <> 'doing' and private.ids_of_job(j.args, j.lock, j.queueing_lock) && ids
$$;
comment on function private.delete_jobs_naming(uuid[]) is
'Delete the jobs that contain one of these ids, except running ones.';
revoke execute on function private.delete_jobs_naming(uuid[]) from public;

-- source: sql/private/platform/queue/enqueue.sql
-- Helper. Adds a job to the queue. Does nothing if a job with the same key is waiting.
-- Definer: only workers have privileges on the queue's tables. The search path is the queue's, because the queue's own
-- trigger functions use unqualified names.
create or replace function private.enqueue(queue text, task text, args jsonb, key text default null) returns void
language sql security definer set search_path = procrastinate
as $$
    insert into procrastinate_jobs (queue_name, task_name, args, queueing_lock)
    values (queue, task, args, key)
    on conflict (queueing_lock) where status = 'todo' do nothing
$$;
comment on function private.enqueue(text, text, jsonb, text) is
'Add a job to the queue, unless one with the same key is waiting.';
revoke execute on function private.enqueue(text, text, jsonb, text) from public;

-- source: sql/private/platform/queue/has_running_job.sql
-- Helper. Returns whether a running job contains one of these ids. Called by private.erase_account.
create or replace function private.has_running_job(ids uuid[]) returns boolean
language sql stable set search_path = ''
as $$
    select exists (
        select
        from procrastinate.procrastinate_jobs as j
        where j.status = 'doing' and private.ids_of_job(j.args, j.lock, j.queueing_lock) && ids
    )
$$;
comment on function private.has_running_job(uuid[]) is 'Whether a running job contains one of these ids.';
revoke execute on function private.has_running_job(uuid[]) from public;

-- source: sql/private/platform/queue/ids_of_job.sql
-- Helper. Returns the UUIDs in a job's arguments and locks. An index on it finds the jobs of an account.
create or replace function private.ids_of_job(args jsonb, lock text, queueing_lock text) returns uuid[]
language sql immutable parallel safe set search_path = ''
as $$
    select array(
        select distinct lower(m[1])::uuid
        from pg_catalog.regexp_matches(
            coalesce(args::text, '') || ' ' || coalesce(lock, '') || ' ' || coalesce(queueing_lock, ''),
            '([0-9A-Fa-f]{8}-[0-9A-Fa-f]{4}-[0-9A-Fa-f]{4}-[0-9A-Fa-f]{4}-[0-9A-Fa-f]{12})', 'g'
        ) as m
    )
$$;
comment on function private.ids_of_job(jsonb, text, text) is 'The UUIDs in a job''s arguments and locks.';
revoke execute on function private.ids_of_job(jsonb, text, text) from public;

-- source: sql/private/platform/quotas/check_file.sql
-- Trigger. Checks size and type of a file against its bucket's limits, whichever way it arrived: Storage itself checks
-- neither when it copies, nor the size of a body without a length. It refuses a cacheControl that cannot be sent as a
-- header. In buckets with quotas it checks name and metadata too. Unchecked are changes of other columns, such as the
-- owner, and rows that private.restore_hidden_files restores for deletion. Raises 42501, to which Storage responds with 403.
-- Definer: clients may not read buckets, quotas and files_to_remove.
create or replace function private.check_file() returns trigger
language plpgsql security definer set search_path = ''
as $$
declare
    v_bucket storage.buckets;
    v_type text := lower(btrim(split_part(new.metadata ->> 'mimetype', ';', 1)));
    v_has_quota boolean := exists (select from private.quotas as q where q.resource = new.bucket_id || '.files');
    v_fault text;
begin
    if tg_op = 'UPDATE'
        and (new.bucket_id, new.name, new.metadata, new.user_metadata)
            is not distinct from (old.bucket_id, old.name, old.metadata, old.user_metadata)
        or exists (
            select from private.files_to_remove as f
            where f.bucket_id = new.bucket_id and f.name = new.name and f.version = new.version
        )
    then
        return new;
    end if;
    select b.* into v_bucket from storage.buckets as b where b.id = new.bucket_id;
    if not found then
        return new;
    end if;
    v_fault := case
        when v_has_quota and (
            not private.is_plain_text(new.name, 500) or new.name ~ '(^|/)(\.{0,2})(/|$)' or new.name like '%\\%'
        )
        then 'a file name must have 1 to 500 visible characters, no \ and no segment that is empty, . or ..'
        when v_has_quota and not private.is_small_json(nullif(new.user_metadata, 'null'), 2000)
        then 'metadata must be a JSON object of up to 2,000 bytes'
        when v_has_quota and not private.is_small_json(nullif(new.metadata, 'null'), 2000)
            or coalesce(new.metadata ->> 'cacheControl' !~ '^[ -~]{0,100}$', false)
        then 'cacheControl may have up to 100 ASCII characters'
        when private.file_size(new.metadata) > v_bucket.file_size_limit
        then format('a file in %s may have up to %s bytes', v_bucket.id, v_bucket.file_size_limit)
        when v_type is not null and new.name not like '%/.emptyFolderPlaceholder'
            and cardinality(v_bucket.allowed_mime_types) > 0 and not exists (
            select from unnest(v_bucket.allowed_mime_types) as t (name) where v_type like replace(lower(t.name), '*', '%')
        )
        then format(
            'a file in %s must have one of the types %s', v_bucket.id, array_to_string(v_bucket.allowed_mime_types, ', ')
        )
    end;
    if v_fault is not null then
        raise exception '%', v_fault using errcode = '42501';
    end if;
    return new;
end
$$;
comment on function private.check_file() is 'Trigger. Refuses a file that its bucket does not permit.';
revoke execute on function private.check_file() from public;

-- source: sql/private/platform/quotas/count_files.sql
-- Trigger. Refuses a file if its account would exceed the quota of files or bytes in the bucket. Storage, hosted as
-- well, inserts a trial row before it writes the bytes, and the final row with the size afterwards: the first refuses
-- an account without any room, the second one without enough. Raises 42501, to which Storage responds with 403.
-- Definer: clients may not read or write quota_uses.
create or replace function private.count_files() returns trigger
language plpgsql security definer set search_path = ''
as $$
declare
    v_old uuid;
    v_new uuid;
    v_old_size bigint;
    v_new_size bigint;
    v_quota bigint;
begin
    if tg_op <> 'INSERT' then
        v_old := private.file_account(old.bucket_id, old.name, old.owner_id);
        v_old_size := private.file_size(old.metadata);
    end if;
    if tg_op <> 'DELETE' then
        v_new := private.file_account(new.bucket_id, new.name, new.owner_id);
        v_new_size := private.file_size(new.metadata);
    end if;
    if tg_op = 'UPDATE' and v_old = v_new and old.bucket_id = new.bucket_id and v_old_size = v_new_size then
        return null;
    end if;
    if v_old is not null then
        perform private.use_quota(v_old, old.bucket_id || '.files', -1);
        perform private.use_quota(v_old, old.bucket_id || '.bytes', -v_old_size);
    end if;
    if v_new is not null then
        v_quota := private.use_quota(v_new, new.bucket_id || '.files', 1);
        if v_quota is not null then
            raise exception 'this account may have up to % files in %', v_quota, new.bucket_id using errcode = '42501';
        end if;
        v_quota := private.use_quota(v_new, new.bucket_id || '.bytes', v_new_size);
        if v_quota is not null then
            raise exception 'this account may have up to % bytes in %', v_quota, new.bucket_id using errcode = '42501';
        end if;
    end if;
    return null;
end
$$;
comment on function private.count_files() is 'Trigger. Refuses files beyond the account''s quota.';
revoke execute on function private.count_files() from public;

-- source: sql/private/platform/quotas/file_account.sql
-- Helper. Returns the account whose quota a file uses: in avatars and speech the one of its folder, else the uploader;
-- null for a file of the service.
create or replace function private.file_account(bucket_id text, name text, owner_id text) returns uuid
language sql immutable set search_path = ''
as $$
    select private.as_uuid(case when bucket_id in ('avatars', 'speech') then split_part(name, '/', 1) else owner_id end)
$$;
comment on function private.file_account(text, text, text) is 'The account whose quota a file uses.';
revoke execute on function private.file_account(text, text, text) from public;

-- source: sql/private/platform/quotas/file_size.sql
-- Helper. Returns the size of a file in bytes by its row's metadata; 0 if it is not known yet.
create or replace function private.file_size(metadata jsonb) returns bigint
language sql immutable set search_path = ''
as $$
    select case
        when jsonb_typeof(metadata -> 'size') = 'number' then greatest((metadata ->> 'size')::numeric, 0)::bigint
        else 0
    end
$$;
comment on function private.file_size(jsonb) is 'The size of a file in bytes; 0 if it is not known yet.';
revoke execute on function private.file_size(jsonb) from public;

-- source: sql/private/platform/quotas/limit_consents.sql
-- Trigger. Refuses consents beyond the account's quota. Raises PT409.
-- Definer: clients may not read or write quota_uses.
create or replace function private.limit_consents() returns trigger
language plpgsql security definer set search_path = ''
as $$
begin
    perform private.refuse_over_quota(private.use_quota(c.account_id, 'consents', c.added), 'consents', 'consents')
    from (
        select r.account_id, count(*) as added from changed_rows as r group by r.account_id order by r.account_id
    ) as c;
    return null;
end
$$;
comment on function private.limit_consents() is 'Trigger. Refuses consents beyond the account''s quota.';
revoke execute on function private.limit_consents() from public;

-- source: sql/private/platform/quotas/limit_interactions.sql
-- Trigger. Refuses interactions beyond the account's quotas of a month: their number, and the bytes of their metadata.
-- Retention only deletes rows of past months, so counts need no decrease. Raises PT409.
-- Definer: clients may not read or write quota_uses.
create or replace function private.limit_interactions() returns trigger
language plpgsql security definer set search_path = ''
as $$
declare
    v_added record;
begin
    for v_added in
        select p.account_id, r.month, count(*) as added, sum(octet_length(r.metadata::text)) as bytes
        from changed_rows as r
        join public.raters as t on t.id = r.rater_id
        join public.profiles as p on p.id = t.profile_id
        group by p.account_id, r.month
        order by p.account_id, r.month
    loop
        perform private.refuse_over_quota(
            private.use_quota(v_added.account_id, 'interactions', v_added.added, v_added.month),
            'interactions', 'interactions a month'
        );
        perform private.refuse_over_quota(
            private.use_quota(v_added.account_id, 'interaction_bytes', v_added.bytes, v_added.month),
            'interaction_bytes', 'bytes of metadata of interactions a month'
        );
    end loop;
    return null;
end
$$;
comment on function private.limit_interactions() is 'Trigger. Refuses interactions beyond the account''s quota.';
revoke execute on function private.limit_interactions() from public;

-- source: sql/private/platform/quotas/limit_ratings.sql
-- Trigger. Refuses ratings beyond the quota of a profile, when private.count_ratings increases raters.rating_count.
-- Raters without a profile, such as imported ones, have no quota. Raises PT409.
-- Definer: clients may not read quotas.
create or replace function private.limit_ratings() returns trigger
language plpgsql security definer set search_path = ''
as $$
declare
    v_quota bigint := private.quota_of(
        (select p.account_id from public.profiles as p where p.id = new.profile_id), 'ratings'
    );
begin
    if new.rating_count > v_quota then
        perform private.refuse_over_quota(v_quota, 'ratings', 'ratings a profile');
    end if;
    return new;
end
$$;
comment on function private.limit_ratings() is 'Trigger. Refuses ratings beyond the profile''s quota.';
revoke execute on function private.limit_ratings() from public;

-- source: sql/private/platform/quotas/limit_user_metadata.sql
-- Trigger. Limits user_metadata, which users write and Auth copies into each token, to 16,000 bytes and 8 levels.
-- Raises PT400, to which Auth responds with 400 and the message.
-- Definer: the role of Auth may not execute our functions.
create or replace function private.limit_user_metadata() returns trigger
language plpgsql security definer set search_path = ''
as $$
begin
    if new.raw_user_meta_data <> 'null' and not private.is_small_json(new.raw_user_meta_data, 16000) then
        raise exception 'user_metadata must be a JSON object of up to 16,000 bytes and 8 levels'
            using errcode = 'PT400', detail = '{"field": "user_metadata", "max": 16000}';
    end if;
    return new;
end
$$;
comment on function private.limit_user_metadata() is 'Trigger. Limits the size of user metadata.';
revoke execute on function private.limit_user_metadata() from public;

-- source: sql/private/platform/quotas/quota_of.sql
-- Helper. Returns an account's quota of a resource; null: no quota. Called by definer functions.
create or replace function private.quota_of(account_id uuid, resource text) returns bigint
language sql stable set search_path = ''
as $$
    select case when u.is_anonymous then q.anonymous_amount else q.amount end
    from private.quotas as q
    left join auth.users as u on u.id = quota_of.account_id
    where q.resource = quota_of.resource
$$;
comment on function private.quota_of(uuid, text) is 'An account''s quota of a resource; null: none.';
revoke execute on function private.quota_of(uuid, text) from public;

-- source: sql/private/platform/quotas/refuse_over_quota.sql
-- Helper. Raises PT409 if `quota`, the result of private.use_quota, is not null. Called by definer functions.
--   words  the unit in the message
create or replace function private.refuse_over_quota(quota bigint, resource text, words text) returns void
language plpgsql immutable set search_path = ''
as $$
begin
    if quota is not null then
        raise exception 'an account may have up to % %', quota, words
            using errcode = 'PT409',
            detail = jsonb_build_object('limit', quota, 'resource', resource)::text;
    end if;
end
$$;
comment on function private.refuse_over_quota(bigint, text, text) is 'Raise an error for rows beyond a quota.';
revoke execute on function private.refuse_over_quota(bigint, text, text) from public;

-- source: sql/private/platform/quotas/use_quota.sql
-- Helper. Adds `amount`, which may be negative, to an account's use of a resource. Returns the quota if the use now
-- exceeds it, else null; the caller raises the error. The row lock serialises concurrent calls, so the quota is exact.
-- Without an account or a quota nothing is counted. Called by definer functions.
create or replace function private.use_quota(
    account_id uuid, resource text, amount bigint, since date default '2000-01-01'
)
returns bigint
language plpgsql set search_path = ''
as $$
#variable_conflict use_variable
declare
    v_used bigint;
    v_quota bigint;
begin
    insert into private.quota_uses as u (account_id, resource, since, used)
    select a.id, q.resource, use_quota.since, greatest(use_quota.amount, 0)
    from public.accounts as a
    join private.quotas as q on q.resource = use_quota.resource
    where a.id = use_quota.account_id
    on conflict on constraint quota_uses_pkey do update set used = greatest(u.used + use_quota.amount, 0)
    returning u.used into v_used;
    if v_used is null or amount <= 0 then
        return null;
    end if;
    v_quota := private.quota_of(account_id, resource);
    return case when v_used > v_quota then v_quota end;
end
$$;
comment on function private.use_quota(uuid, text, bigint, date) is
'Add to an account''s use of a resource; returns the quota if exceeded.';
revoke execute on function private.use_quota(uuid, text, bigint, date) from public;

-- source: sql/private/platform/request/as_uuid.sql
-- Helper. Converts a text to a UUID; null if it is invalid. Never raises.
-- PL/pgSQL, because the planner would fold the cast of a constant in an SQL function before the check.
create or replace function private.as_uuid(value text) returns uuid
language plpgsql stable set search_path = ''
as $$
begin
    if pg_input_is_valid(value, 'uuid') then
        return value;
    end if;
    return null;
end
$$;
comment on function private.as_uuid(text) is 'A text as a UUID; null if it is invalid.';
revoke execute on function private.as_uuid(text) from public;
grant execute on function private.as_uuid(text) to anon, authenticated, service_role;

-- source: sql/private/platform/request/caller_id.sql
-- Helper. Returns the caller's user id; null for anon, the service and a token whose subject is no UUID. Never raises,
-- unlike auth.uid().
create or replace function private.caller_id() returns uuid
language sql stable set search_path = ''
as $$
    select private.as_uuid(auth.jwt() ->> 'sub')
$$;
comment on function private.caller_id() is 'The caller''s user id; null if there is none.';
revoke execute on function private.caller_id() from public;
grant execute on function private.caller_id() to anon, authenticated, service_role;

-- source: sql/private/platform/request/current_address.sql
-- Helper. Returns the IP address of the request: Cloudflare's cf-connecting-ip, which a client cannot set, else the
-- last hop of x-forwarded-for, which the gateway wrote; null if neither is an address. Never raises.
create or replace function private.current_address() returns text
language sql stable set search_path = ''
as $$
    select host(a.address::inet)
    from (
        values
        (1, btrim(private.request_header('cf-connecting-ip'))),
        (2, btrim(split_part(private.request_header('x-forwarded-for'), ',', -1)))
    ) as a (place, address)
    where pg_input_is_valid(a.address, 'inet')
    order by a.place
    limit 1
$$;
comment on function private.current_address() is 'The IP address of the request; null if unknown.';
revoke execute on function private.current_address() from public;
grant execute on function private.current_address() to anon, authenticated, service_role;

-- source: sql/private/platform/request/current_country.sql
-- Helper. Returns the caller's country: Cloudflare's cf-ipcountry, which a client cannot set, else the account's
-- country; null if both are missing, and for the service. Never raises.
-- Definer: triggers call it for writers that may not read accounts.
create or replace function private.current_country() returns text
language sql stable security definer set search_path = ''
as $$
    select case
        when private.is_service() then null
        when r.header ~ '^[A-Z]{2}$' and r.header <> 'XX' then r.header
        else (select a.country from public.accounts as a where a.id = private.caller_id())
    end
    from (select private.request_header('cf-ipcountry') as header) as r
$$;
comment on function private.current_country() is 'The caller''s country; null if unknown.';
revoke execute on function private.current_country() from public;
grant execute on function private.current_country() to anon, authenticated, service_role;

-- source: sql/private/platform/request/current_network.sql
-- Helper. Returns the key by which requests without a user are counted: the IPv4 address, or the /64 network of an IPv6
-- address because one customer owns all of it; unknown without an address. Never raises.
create or replace function private.current_network() returns text
language sql stable set search_path = ''
as $$
    select coalesce(network(set_masklen(a.address, case family(a.address) when 4 then 32 else 64 end))::text, 'unknown')
    from (select private.current_address()::inet as address) as a
$$;
comment on function private.current_network() is 'The network of the request; the text unknown without an address.';
revoke execute on function private.current_network() from public;

-- source: sql/private/platform/request/is_service.sql
-- Helper. Returns whether the caller is the service: service_role through the API, or a direct connection such as a
-- worker's as postgres. Never raises.
create or replace function private.is_service() returns boolean
language sql stable set search_path = ''
as $$
    select case current_setting('role', true)
        when 'service_role' then true
        when 'postgres' then true
        when 'none' then session_user <> 'authenticator'
        else false
    end
$$;
comment on function private.is_service() is 'Whether the caller is the service.';
revoke execute on function private.is_service() from public;
grant execute on function private.is_service() to anon, authenticated, service_role;

-- source: sql/private/platform/request/refuse.sql
-- Helper. Raises an error with an HTTP status, a code of this API and headers, in PostgREST's JSON form (SQLSTATE
-- PGRST).
create or replace function private.refuse(
    status integer, code text, message text, hint text default null, headers jsonb default '{}'
)
returns void
language plpgsql immutable set search_path = ''
as $$
begin
    raise sqlstate 'PGRST' using
        message = jsonb_build_object('code', code, 'message', message, 'details', null, 'hint', hint)::text,
        detail = jsonb_build_object('status', status, 'headers', headers)::text;
end
$$;
comment on function private.refuse(integer, text, text, text, jsonb) is
'Raise an error with an HTTP status and a code.';
revoke execute on function private.refuse(integer, text, text, text, jsonb) from public;
grant execute on function private.refuse(integer, text, text, text, jsonb) to anon, authenticated, service_role;

-- source: sql/private/platform/request/session_id.sql
-- Helper. Returns the id of the caller's session from the access token; null for anon, the service, and a token without
-- one. Never raises.
create or replace function private.session_id() returns uuid
language plpgsql stable set search_path = ''
as $$
begin
    return nullif(
        private.as_uuid(nullif(current_setting('request.jwt.claims', true), '')::jsonb ->> 'session_id'),
        '00000000-0000-0000-0000-000000000000'
    );
end
$$;
comment on function private.session_id() is 'The id of the caller''s session; null if there is none.';
revoke execute on function private.session_id() from public;
grant execute on function private.session_id() to anon, authenticated, service_role;

-- source: sql/private/platform/request/set_response_status.sql
-- Helper. Sets the HTTP status of the response, and Retry-After, without raising: the transaction is committed and
-- keeps its writes, such as counted attempts. Other errors are raised (private.refuse).
-- Use it only in functions that return void. PostgREST applies the client's `select` and filters to the result in the
-- same statement, so a cast or pattern that fails for some values only lets the client choose which writes are kept.
create or replace function private.set_response_status(status integer, retry_after integer default null) returns void
language plpgsql set search_path = ''
as $$
begin
    perform set_config('response.status', status::text, true);
    if retry_after is not null then
        perform set_config(
            'response.headers',
            (
                coalesce(nullif(current_setting('response.headers', true), ''), '[]')::jsonb
                || jsonb_build_array(jsonb_build_object('Retry-After', retry_after::text))
            )::text,
            true
        );
    end if;
end
$$;
comment on function private.set_response_status(integer, integer) is
'Set the response''s status and keep the transaction''s writes.';
revoke execute on function private.set_response_status(integer, integer) from public;

-- source: sql/private/platform/validation/check_form.sql
-- Helper. Raises 22023 if the value does not match the regular expression `form`, such as the one of a country code.
-- Null is accepted. `field` and `example` appear in the message.
create or replace function private.check_form(field text, value text, form text, example text) returns void
language plpgsql immutable set search_path = ''
as $$
begin
    if value !~ form then
        raise exception '% must be a code such as %, not %', field, example, left(value, 40)
            using errcode = '22023', detail = jsonb_build_object('field', field)::text;
    end if;
end
$$;
comment on function private.check_form(text, text, text, text) is
'Raise an error if a value does not have the form of its field.';
revoke execute on function private.check_form(text, text, text, text) from public;
grant execute on function private.check_form(text, text, text, text) to anon, authenticated, service_role;

-- source: sql/private/platform/validation/check_length.sql
-- Helper. Raises 22023, naming the field, if the text has more characters than permitted.
create or replace function private.check_length(field text, value text, most integer) returns void
language plpgsql immutable set search_path = ''
as $$
begin
    if length(value) > most then
        raise exception '% may have up to % characters', field, most
            using errcode = '22023', detail = jsonb_build_object('field', field, 'max', most)::text;
    end if;
end
$$;
comment on function private.check_length(text, text, integer) is 'Raise an error if a text is too long.';
revoke execute on function private.check_length(text, text, integer) from public;
grant execute on function private.check_length(text, text, integer) to anon, authenticated, service_role;

-- source: sql/private/platform/validation/check_range.sql
-- Helper. Raises 22023, naming the field and the range, unless the value is between low and high, both included. Null
-- is refused.
create or replace function private.check_range(
    field text, value double precision, low double precision, high double precision
)
returns void
language plpgsql immutable set search_path = ''
as $$
begin
    if value between low and high then
        return;
    end if;
    raise exception '% must be between % and %', field, low, high
        using errcode = '22023', detail = jsonb_build_object('field', field, 'min', low, 'max', high)::text;
end
$$;
comment on function private.check_range(text, double precision, double precision, double precision) is
'Raise an error if a number is outside its range.';
revoke execute on function private.check_range(text, double precision, double precision, double precision) from public;
grant execute on function private.check_range(text, double precision, double precision, double precision)
to anon, authenticated, service_role;

-- source: sql/private/platform/validation/check_time_zone.sql
-- Trigger. Raises 22023 unless the account's time zone is a name in pg_timezone_names.
create or replace function private.check_time_zone() returns trigger
language plpgsql set search_path = ''
as $$
begin
    if not exists (select from pg_catalog.pg_timezone_names as z where z.name = new.time_zone) then
        raise exception 'there is no time zone %', left(new.time_zone, 60)
            using errcode = '22023', detail = '{"field": "time_zone"}',
            hint = 'Send an IANA name such as Europe/Paris.';
    end if;
    return new;
end
$$;
comment on function private.check_time_zone() is 'Trigger. Refuses an unknown time zone.';
revoke execute on function private.check_time_zone() from public;
grant execute on function private.check_time_zone() to authenticated, service_role;

-- source: sql/private/platform/validation/is_plain_text.sql
-- Helper. Returns whether this is a readable text of 1 to `most` characters: at least one visible character; no control
-- characters, invisible characters or direction marks, with which one name can imitate another; no stacked accents.
-- Permitted invisible characters: joiners in scripts that need them and between emoji, variation selectors after emoji
-- and ideographs, tag sequences of flags. Null for null. Used by constraints and triggers of texts that clients write.
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
                        -- The flags of England, Scotland and Wales; a variation selector after an emoji, keycap or ideograph.
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
'Whether this is a readable text of 1 to `most` characters.';
revoke execute on function private.is_plain_text(text, integer) from public;
grant execute on function private.is_plain_text(text, integer) to anon, authenticated, service_role;

-- source: sql/private/platform/validation/is_reserved.sql
-- Helper. Returns whether the name looks like a name of the service: a reserved name, in the plural and with digits or
-- separators after it too; a name of reserved words alone, such as Support Team; or one that contains the service's own
-- name. Null for null. Texts longer than a name are not compared, since that takes time by length; left() keeps the
-- planner from computing their skeletons in advance.
-- Definer: clients may not read reserved_names.
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
comment on function private.is_reserved(text) is 'Whether the name looks like a name of the service.';
revoke execute on function private.is_reserved(text) from public;
grant execute on function private.is_reserved(text) to authenticated, service_role;

-- source: sql/private/platform/validation/refuse_reserved_name.sql
-- Trigger. Raises 23514 if a caller other than the service gives an account a name that looks like a name of the
-- service. Its argument is the column.
create or replace function private.refuse_reserved_name() returns trigger
language plpgsql set search_path = ''
as $$
declare
    v_field text := tg_argv[0];
begin
    if not private.is_service() and private.is_reserved(to_jsonb(new) ->> v_field) then
        raise exception '% must not look like a name of the service, such as admin or support', v_field
            using errcode = '23514', detail = jsonb_build_object('field', v_field)::text,
            schema = tg_table_schema, table = tg_table_name, column = v_field;
    end if;
    return new;
end
$$;
comment on function private.refuse_reserved_name() is 'Trigger. Refuses a name that looks like a name of the service.';
revoke execute on function private.refuse_reserved_name() from public;

-- source: sql/private/platform/validation/refuse_value.sql
-- Trigger. Refuses a row with a readable sentence before a check constraint refuses it by name; the trigger's WHEN
-- repeats the constraint. Arguments: the constraint, the field, the sentence. Raises 23514.
create or replace function private.refuse_value() returns trigger
language plpgsql set search_path = ''
as $$
begin
    raise exception '%', tg_argv[2]
        using errcode = '23514', detail = jsonb_build_object('field', tg_argv[1])::text,
        schema = tg_table_schema, table = tg_table_name, column = tg_argv[1], constraint = tg_argv[0];
end
$$;
comment on function private.refuse_value() is 'Trigger. Refuses a value with a sentence that describes valid ones.';
revoke execute on function private.refuse_value() from public;

-- source: sql/private/platform/validation/touch.sql
-- Trigger. Sets updated_at to the time of the change.
create or replace function private.touch() returns trigger
language plpgsql set search_path = ''
as $$
begin
    new.updated_at := now();
    return new;
end
$$;
comment on function private.touch() is 'Trigger. Sets updated_at to the time of the change.';
revoke execute on function private.touch() from public;
grant execute on function private.touch() to authenticated, service_role;

-- source: sql/private/privacy/consents/check_consent.sql
-- Helper. Raises 22023, naming the parameter, for an unknown purpose, a missing `granted`, or a version that is not 1
-- to 50 characters of plain text.
create or replace function private.check_consent(purpose text, granted boolean, version text) returns void
language plpgsql stable set search_path = ''
as $$
declare
    v_field text := case
        when purpose is null then 'purpose'
        when not exists (select from public.consent_purposes as p where p.purpose = check_consent.purpose) then 'purpose'
        when granted is null then 'granted'
        when not coalesce(private.is_plain_text(btrim(version), 50), false) then 'version'
    end;
begin
    if v_field is not null then
        raise exception 'a consent needs a known purpose, granted, and a version of 1 to 50 characters'
            using errcode = '22023', detail = jsonb_build_object('field', v_field)::text,
            hint = 'The purposes are in consent_purposes.';
    end if;
end
$$;
comment on function private.check_consent(text, boolean, text) is
'Raise an error for a consent that cannot be recorded.';
revoke execute on function private.check_consent(text, boolean, text) from public;
grant execute on function private.check_consent(text, boolean, text) to authenticated, service_role;

-- source: sql/private/privacy/erasure/cancel_deletion.sql
-- Helper. Cancels the deletion of the caller's account. Returns whether one was scheduled and not yet due. Raises 42501
-- without an account, 403 kids_mode, PT409 beyond the quota of cancellations in a month: each one writes two entries of
-- the audit log.
-- Definer: clients may write neither account_deletions nor accounts.status.
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
comment on function private.cancel_deletion() is 'Cancel the deletion of the caller''s account.';
revoke execute on function private.cancel_deletion() from public;
grant execute on function private.cancel_deletion() to authenticated;

-- source: sql/private/privacy/erasure/delete_user_data.sql
-- Trigger. Before an auth user is deleted, deletes the user's rows that foreign-key cascades do not reach. After a soft
-- deletion, which keeps the row of auth.users, it deletes all other personal rows and clears the identities.
-- Definer: the role of Auth, which writes auth.users, has no privilege on our tables.
create or replace function private.delete_user_data() returns trigger
language plpgsql security definer set search_path = ''
as $$
begin
    if tg_op = 'UPDATE' then
        update auth.identities as i set
            identity_data = '{}',
            provider_id = encode(sha256(convert_to(concat(i.user_id, i.provider, i.provider_id), 'UTF8')), 'hex')
        where i.user_id = old.id and i.identity_data <> '{}';
        perform private.delete_user_rows(old.id, true);
        return null;
    end if;
    perform private.delete_user_rows(old.id, false);
    return old;
end
$$;
comment on function private.delete_user_data() is 'Trigger. Deletes a user''s rows that cascades do not reach.';
revoke execute on function private.delete_user_data() from public;

-- source: sql/private/privacy/erasure/delete_user_rows.sql
-- Helper. Deletes a user's rows that foreign-key cascades do not reach, starting with the tables farthest from
-- auth.users, the user's files (private.hide_files), and the jobs that contain the user's ids.
-- Warns of tables from which it may not delete.
--   user_id     the user
--   keeps_user  whether the row of auth.users remains, as after a soft deletion: then rows that would be deleted by
--               cascade are deleted too, except identities, which private.delete_user_data clears
-- Called by definer functions only.
create or replace function private.delete_user_rows(user_id uuid, keeps_user boolean) returns void
language plpgsql set search_path = ''
as $$
declare
    v_ids uuid[] := private.ids_of_account(user_id);
    v_table private.personal_table;
begin
    -- Lock in the same order as private.refresh_user_similarity, which avoids deadlocks.
    perform
    from public.raters as r
    where r.profile_id in (select p.id from public.profiles as p where p.account_id = user_id)
    order by r.id
    for update;
    for v_table in
        select p.*
        from private.personal_tables() as p
        where
            p.on_erasure = 'delete'
            and (not p.goes_with_owner or keeps_user and p.depth = 1)
            and p.relation not in ('auth.users'::regclass, 'auth.identities'::regclass)
            and p.relation <> 'private.files_to_remove'::regclass
            and (p.schema_name, p.table_name) <> ('storage', 'objects')
        order by p.depth desc
    loop
        if not has_table_privilege(v_table.relation, 'delete') then
            raise warning 'rows of a deleted user may remain in %: % may not delete them',
                v_table.relation, current_user;
            continue;
        end if;
        execute format('delete from %s where %s', v_table.relation, v_table.owned) using user_id;
    end loop;
    perform private.hide_files(user_id);
    perform private.delete_jobs_naming(v_ids);
end
$$;
comment on function private.delete_user_rows(uuid, boolean) is
'Delete a user''s rows that cascades do not reach, files and jobs.';
revoke execute on function private.delete_user_rows(uuid, boolean) from public;

-- source: sql/private/privacy/erasure/erase_account.sql
-- Worker. Erases an account whose deletion is due, in one transaction: it deletes the auth user, triggers and cascades
-- delete all personal rows, and ratings remain under new pseudonyms. The audit log records the account's id. Returns
-- whether the deletion was due. Raises 55006 while a job runs for the account or personal files of it exist: retry
-- later.
create or replace function private.erase_account(account_id uuid) returns boolean
language plpgsql set search_path = ''
as $$
begin
    perform
    from public.account_deletions as d
    where d.account_id = erase_account.account_id and d.due_at <= now()
    for update;
    if not found then
        return false;
    end if;
    if private.has_running_job(private.ids_of_account(account_id)) then
        raise exception 'a job runs for the account' using errcode = '55006', hint = 'Try again when it has ended.';
    end if;
    if exists (select from private.personal_files(account_id)) then
        raise exception 'the account has files'
            using errcode = '55006', hint = 'Delete them through Storage, which keeps rows and files together.';
    end if;
    perform private.clear_file_owner(account_id);
    delete from auth.users as u where u.id = erase_account.account_id;
    perform private.audit('account.erased', 'account', account_id::text, null, null);
    return true;
end
$$;
comment on function private.erase_account(uuid) is 'Erase an account whose deletion is due.';
revoke execute on function private.erase_account(uuid) from public;

-- source: sql/private/privacy/erasure/ids_of_account.sql
-- Helper. Returns the ids by which jobs refer to an account: its own, those of its profiles and of their raters. Called
-- by definer functions only.
create or replace function private.ids_of_account(account_id uuid) returns uuid[]
language sql stable set search_path = ''
as $$
    select array[ids_of_account.account_id] || array(
        select i.id
        from public.profiles as p
        left join public.raters as r on r.profile_id = p.id
        cross join lateral (values (p.id), (r.id)) as i (id)
        where p.account_id = ids_of_account.account_id and i.id is not null
    )
$$;
comment on function private.ids_of_account(uuid) is 'The ids by which jobs refer to an account.';
revoke execute on function private.ids_of_account(uuid) from public;

-- source: sql/private/privacy/erasure/pseudonymise_ratings.sql
-- Trigger. Before a profile is deleted, moves its ratings to a new rater that no profile refers to. Deleted instead are
-- ratings that were last changed within the period rating_settles of private.periods, and all ratings of a rater that
-- is not counted: otherwise one account could create and delete profiles without end and have their ratings counted for
-- ever, or move old ratings to another item just before. Interactions are deleted with the old rater. Times are
-- truncated to the month: exact ones would identify the ratings to the reader of an older export. Neighbours are kept
-- if their similarities are current.
-- Definer: the owner may delete a profile but not write raters.
create or replace function private.pseudonymise_ratings() returns trigger
language plpgsql security definer set search_path = ''
as $$
declare
    v_new uuid := gen_random_uuid();
    v_old uuid;
    v_is_fresh boolean;
    v_is_counted boolean;
begin
    -- Lock the rater before any of its rows, in the same order as private.refresh_user_similarity.
    select r.id, r.similarities_version = r.ratings_version, r.is_counted into v_old, v_is_fresh, v_is_counted
    from public.raters as r
    where r.profile_id = old.id
    for update;
    perform private.note_changes(array_agg(i.item_id), array_agg(i.rater_id), array_agg(i.country), 'interactions')
    from public.interactions as i
    where i.rater_id = v_old;
    delete from public.ratings as r
    where
        r.rater_id = v_old
        and (
            not v_is_counted
            or r.updated_at > now() - (select p.length from private.periods as p where p.name = 'rating_settles')
        );
    v_is_fresh := v_is_fresh and not found;
    if exists (select from public.ratings as r where r.rater_id = v_old) then
        insert into public.raters (id) values (v_new);
        update public.user_similarities as s set rater_id = v_new where s.rater_id = v_old;
        update public.user_similarities as s set neighbour_id = v_new where s.neighbour_id = v_old;
        update public.ratings as r set
            rater_id = v_new,
            country = null,
            created_at = date_trunc('month', r.created_at, 'UTC'),
            updated_at = date_trunc('month', r.updated_at, 'UTC')
        where r.rater_id = v_old;
        update public.raters as r set similarities_version = r.ratings_version where r.id = v_new and v_is_fresh;
    end if;
    delete from public.raters as r where r.id = v_old;
    if exists (select from public.accounts as a where a.id = old.account_id) then
        -- When the account itself is deleted, private.delete_user_data deletes the jobs.
        perform private.delete_jobs_naming(array[v_old]);
    end if;
    return old;
end
$$;
comment on function private.pseudonymise_ratings() is 'Trigger. Moves a deleted profile''s ratings to a new pseudonym.';
revoke execute on function private.pseudonymise_ratings() from public;

-- source: sql/private/privacy/erasure/request_deletion.sql
-- Helper. Schedules the erasure of the caller's account after the grace period and returns when it is due; a repeated
-- request keeps the first date. Raises 42501 without an account, 403 kids_mode.
-- Definer: clients may write neither account_deletions nor accounts.status.
create or replace function private.request_deletion() returns timestamptz
language plpgsql security definer set search_path = ''
as $$
declare
    v_account uuid := private.check_account();
begin
    insert into public.account_deletions (account_id, requested_at, due_at)
    values (v_account, now(), now() + (select p.length from private.periods as p where p.name = 'deletion_grace'))
    on conflict do nothing;
    if found then
        update public.accounts as a set status = 'deleting' where a.id = v_account and a.status = 'active';
        perform private.audit('account.deletion_requested', 'account', v_account::text, null, null);
    end if;
    return (select d.due_at from public.account_deletions as d where d.account_id = v_account);
end
$$;
comment on function private.request_deletion() is 'Schedule the erasure of the caller''s account.';
revoke execute on function private.request_deletion() from public;
grant execute on function private.request_deletion() to authenticated;

-- source: sql/private/privacy/export/column_list.sql
-- Helper. Returns the column names quoted for SQL and separated by commas, such as a, "b c"; with the alias before each
-- if one is given.
create or replace function private.column_list(columns text[], alias text default null) returns text
language sql immutable set search_path = ''
as $$
    select string_agg(coalesce(quote_ident(column_list.alias) || '.', '') || quote_ident(c.name), ', ' order by c.place)
    from unnest(column_list.columns) with ordinality as c (name, place)
$$;
comment on function private.column_list(text[], text) is 'Column names, quoted and separated by commas.';
revoke execute on function private.column_list(text[], text) from public;

-- source: sql/private/privacy/export/export_own_rows.sql
-- Helper. Returns all rows that belong to the caller, as private.rows_of_account. Raises 42501 without an account, 403
-- kids_mode.
-- Definer: some of the rows, such as roles and sessions, are in tables that no client may read.
create or replace function private.export_own_rows() returns jsonb
language plpgsql stable security definer set search_path = ''
as $$
begin
    return private.rows_of_account(private.check_account());
end
$$;
comment on function private.export_own_rows() is 'All rows that belong to the caller.';
revoke execute on function private.export_own_rows() from public;
grant execute on function private.export_own_rows() to authenticated;

-- source: sql/private/privacy/export/foreign_key.sql
-- Helper. Returns the columns of a foreign key and the columns they refer to, in the same order.
create or replace function private.foreign_key(constraint_id oid, out columns text[], out referenced text[])
language sql stable set search_path = ''
as $$
    select
        array_agg(a.attname::text order by k.place),
        array_agg(f.attname::text order by k.place)
    from pg_catalog.pg_constraint as c
    cross join lateral unnest(c.conkey, c.confkey) with ordinality as k (attnum, referenced, place)
    join pg_catalog.pg_attribute as a on a.attrelid = c.conrelid and a.attnum = k.attnum
    join pg_catalog.pg_attribute as f on f.attrelid = c.confrelid and f.attnum = k.referenced
    where c.oid = foreign_key.constraint_id
$$;
comment on function private.foreign_key(oid) is 'The columns of a foreign key and those they refer to.';
revoke execute on function private.foreign_key(oid) from public;

-- source: sql/private/privacy/export/hidden_columns.sql
-- Helper. Returns an SQL expression, a text[] of the columns that an export omits from a row t; $1 is the user's id.
-- These are columns that the inventory does not export, and columns that refer to rows of other people.
--   personal  the table
--   people    all tables with rows of people, from private.personal_tables
-- Called by definer functions only.
create or replace function private.hidden_columns(personal private.personal_table, people private.personal_table[])
returns text
language sql stable set search_path = ''
as $$
    with columns_left_out as (
        select quote_literal(array_agg(a.attname::text)) || '::text[]' as expression
        from pg_catalog.pg_attribute as a
        where
            a.attrelid = (personal).relation
            and a.attnum > 0
            and a.attname <> all ((personal).exported_columns)
    ), columns_of_others as (
        select format(
            'case when (%1$s) is null or (%1$s) in (select %2$s from %3$s where %4$s) '
            'then ''{}''::text[] else %5$L::text[] end',
            private.column_list(f.columns, 't'), private.column_list(f.referenced), k.confrelid::regclass, p.owned,
            array(
                select c.name from unnest(f.columns) as c (name) where c.name <> all ((personal).owner_columns)
            )
        ) as expression
        from pg_catalog.pg_constraint as k
        cross join lateral private.foreign_key(k.oid) as f
        join unnest(hidden_columns.people) as p on p.relation = k.confrelid
        where
            k.conrelid = (personal).relation
            and k.contype = 'f'
            and not f.columns <@ (personal).owner_columns
    )
    select coalesce(string_agg(e.expression, ' || '), '''{}''::text[]')
    from (
        select l.expression from columns_left_out as l
        union all
        select o.expression from columns_of_others as o
    ) as e
$$;
comment on function private.hidden_columns(private.personal_table, private.personal_table[]) is
'SQL for the columns that an export omits from a table''s rows.';
revoke execute on function private.hidden_columns(private.personal_table, private.personal_table[]) from public;

-- source: sql/private/privacy/export/personal_tables.sql
-- Helper. Returns every table with rows of people and how to find those of one user. Found from the catalogue: tables
-- from which foreign keys lead to auth.users, by the shortest path, and tables whose owners private.data_inventory
-- defines. A table that the inventory does not list is treated as personal; of such a table outside public and private,
-- which may contain secrets, only the columns of private.plain_columns are exported. If it is outside auth and storage
-- too, its rows are deleted only with a foreign key that says ON DELETE CASCADE: it can be an operator's own table,
-- whose key with SET NULL or RESTRICT says that the rows remain. on_erasure is `keep` then, also for the tables that
-- refer to it. Partitions are reached through their table. Called by definer functions and checks only.
create or replace function private.personal_tables() returns setof private.personal_table
language sql stable rows 30 set search_path = ''
as $$
    with recursive tables as (
        select c.oid, n.nspname, c.relname, i.owner_columns, i.owner_ids,
            case
                when i.table_name is null and n.nspname not in ('public', 'private') then private.plain_columns(c.oid)
                else i.exported_columns
            end as exported_columns,
            i.on_erasure,
            i.table_name is null and n.nspname not in ('public', 'private', 'auth', 'storage') as is_foreign
        from pg_catalog.pg_class as c
        join pg_catalog.pg_namespace as n on n.oid = c.relnamespace
        left join private.data_inventory as i on i.schema_name = n.nspname and i.table_name = c.relname
        where
            c.relkind in ('r', 'p')
            and not c.relispartition
            and coalesce(i.is_personal, true)
            and n.nspname !~ '^(pg_|information_schema)'
    ), links as (
        select
            k.conrelid, k.confrelid, k.confdeltype = 'c' as is_cascade,
            t.is_foreign and k.confdeltype <> 'c' as is_kept, f.columns, f.referenced, k.conkey
        from pg_catalog.pg_constraint as k
        join tables as t on t.oid = k.conrelid
        cross join lateral private.foreign_key(k.oid) as f
        where
            k.contype = 'f'
            and k.conrelid <> k.confrelid
            and t.owner_ids is null
            and (t.owner_columns is null or t.owner_columns @> f.columns and t.owner_columns <@ f.columns)
    ), walk as (
        select
            t.oid, 0 as depth, coalesce('$1::text = any(' || t.owner_ids || ')', 'id = $1') as owned,
            null::smallint[] as conkey, '{}'::text[] as columns, false as goes_with_owner,
            false as is_kept, array[t.oid] as way
        from tables as t
        where t.owner_ids is not null or t.oid = 'auth.users'::regclass
        union all
        select
            l.conrelid, w.depth + 1,
            format(
                '(%s) in (select %s from %s where %s)',
                private.column_list(l.columns), private.column_list(l.referenced), l.confrelid::regclass, w.owned
            ),
            l.conkey, l.columns, l.is_cascade, w.is_kept or l.is_kept, w.way || l.conrelid
        from walk as w
        join links as l on l.confrelid = w.oid and l.conrelid <> all (w.way)
    ), nearest as (
        select distinct on (w.oid) w.* from walk as w order by w.oid, w.depth, w.is_kept, w.conkey
    )
    select
        n.oid::regclass, t.nspname::text, t.relname::text, n.depth, n.owned, n.columns,
        n.goes_with_owner, t.exported_columns,
        coalesce(t.on_erasure, case when n.is_kept then 'keep' else 'delete' end)
    from nearest as n
    join tables as t on t.oid = n.oid
    order by n.depth, t.nspname = 'public' desc, t.nspname, t.relname
$$;
comment on function private.personal_tables() is 'Tables with rows of people, and how to find a user''s rows.';
revoke execute on function private.personal_tables() from public;

-- source: sql/private/privacy/export/plain_columns.sql
-- Helper. Returns the columns of an unlisted platform table that cannot contain secrets: times, dates, booleans, enums
-- and the id. Never empty, because an empty list would exclude the table: each row is then exported as an empty object.
-- Called by definer functions only.
create or replace function private.plain_columns(relation regclass) returns text[]
language sql stable set search_path = ''
as $$
    select array_append(coalesce(array_agg(a.attname::text order by a.attnum), '{}'), '')
    from pg_catalog.pg_attribute as a
    join pg_catalog.pg_type as t on t.oid = a.atttypid
    where
        a.attrelid = plain_columns.relation and a.attnum > 0 and not a.attisdropped
        and (
            a.atttypid in ('timestamptz'::regtype, 'timestamp'::regtype, 'date'::regtype, 'boolean'::regtype)
            or t.typtype = 'e'
            or a.attname = 'id' and a.atttypid in ('uuid'::regtype, 'bigint'::regtype, 'integer'::regtype)
        )
$$;
comment on function private.plain_columns(regclass) is 'The columns of a table that cannot contain secrets.';
revoke execute on function private.plain_columns(regclass) from public;

-- source: sql/private/privacy/export/rows_of_account.sql
-- Helper. Returns all rows that belong to an account as {"table": [row, …]}; table names outside public include their
-- schema. Called by definer functions only.
create or replace function private.rows_of_account(account_id uuid) returns jsonb
language plpgsql stable set search_path = ''
as $$
declare
    v_tables private.personal_table[] := array(select p from private.personal_tables() as p);
    v_table private.personal_table;
    v_rows jsonb;
    v_all jsonb := '{}';
begin
    foreach v_table in array v_tables loop
        continue when v_table.exported_columns = '{}' or not has_table_privilege(v_table.relation, 'select');
        execute format(
            'select coalesce(jsonb_agg(to_jsonb(t) - (%s)), ''[]'') from %s as t where %s',
            private.hidden_columns(v_table, v_tables), v_table.relation, v_table.owned
        ) into v_rows using account_id;
        v_all := v_all || jsonb_build_object(
            concat_ws('.', nullif(v_table.schema_name, 'public'), v_table.table_name), v_rows
        );
    end loop;
    return v_all;
end
$$;
comment on function private.rows_of_account(uuid) is 'All rows that belong to an account.';
revoke execute on function private.rows_of_account(uuid) from public;

-- source: sql/private/privacy/export/unlisted_tables.sql
-- Helper. Returns the tables that lead to people and that private.data_inventory does not list, such as those of a
-- later version of Auth. `make drift` reports them, and an operator adds a row for each. Until then their rows are
-- exported by the columns of private.plain_columns, and erased unless private.personal_tables keeps them.
create or replace function private.unlisted_tables() returns setof text
language sql stable rows 1 set search_path = ''
as $$
    select p.relation::text
    from private.personal_tables() as p
    where not exists (
        select from private.data_inventory as i where i.schema_name = p.schema_name and i.table_name = p.table_name
    )
    order by p.relation::text
$$;
comment on function private.unlisted_tables() is 'Tables with rows of people that the inventory does not list.';
revoke execute on function private.unlisted_tables() from public;

-- source: sql/private/privacy/files/clear_file_owner.sql
-- Helper. Clears the owner of an account's files that remain, such as uploaded artwork. Called by definer functions and
-- workers.
create or replace function private.clear_file_owner(account_id uuid) returns void
language plpgsql set search_path = ''
as $$
begin
    if to_regclass('storage.objects') is not null then
        execute 'update storage.objects set owner = null, owner_id = null where owner_id = $1::text' using account_id;
    end if;
end
$$;
comment on function private.clear_file_owner(uuid) is 'Clear the owner of an account''s files that remain.';
revoke execute on function private.clear_file_owner(uuid) from public;

-- source: sql/private/privacy/files/forget_deleted_files.sql
-- Worker. After Storage was called: deletes from private.files_to_remove the files whose rows Storage deleted, and
-- deletes the restored rows of the others again, so that they stay unreadable. Returns how many of the given files
-- remain.
--   bucket_ids, names  the files that private.restore_hidden_files returned
create or replace function private.forget_deleted_files(bucket_ids text[], names text[]) returns bigint
language plpgsql set search_path = ''
as $$
begin
    execute
        'delete from private.files_to_remove as f using unnest($1, $2) as c (bucket_id, name) '
        'where f.bucket_id = c.bucket_id and f.name = c.name and not exists ('
        'select from storage.objects as o '
        'where o.bucket_id = f.bucket_id and o.name = f.name and o.version is not distinct from f.version)'
        using bucket_ids, names;
    perform set_config('storage.allow_delete_query', 'true', true);
    execute
        'delete from storage.objects as o using private.files_to_remove as f '
        'where f.bucket_id = o.bucket_id and f.name = o.name and f.version is not distinct from o.version';
    perform set_config('storage.allow_delete_query', '', true);
    return (
        select count(*)
        from private.files_to_remove as f
        join unnest(bucket_ids, names) as c (bucket_id, name) on c.bucket_id = f.bucket_id and c.name = f.name
    );
end
$$;
comment on function private.forget_deleted_files(text[], text[]) is 'Clear files that Storage deleted from files_to_remove.';
revoke execute on function private.forget_deleted_files(text[], text[]) from public;

-- source: sql/private/privacy/files/hide_files.sql
-- Helper. Makes a deleted user's files in avatars, portraits and speech unreadable: deletes their rows and lists them
-- in private.files_to_remove, from which a job deletes the bytes through Storage. Other files, such as artwork, remain
-- without an owner. Called by definer functions only.
create or replace function private.hide_files(user_id uuid) returns void
language plpgsql set search_path = ''
as $$
declare
    v_allowed text := current_setting('storage.allow_delete_query', true);
    v_noted bigint;
begin
    if to_regclass('storage.objects') is null then
        return;
    end if;
    execute
        'insert into private.files_to_remove (bucket_id, name, version) '
        'select o.bucket_id, o.name, o.version from storage.objects as o '
        'join private.personal_files($1) as f on f.bucket_id = o.bucket_id and f.name = o.name '
        'on conflict do nothing'
        using user_id;
    get diagnostics v_noted = row_count;
    if v_noted > 0 then
        -- Storage's trigger refuses to delete rows whose bytes would remain; files_to_remove keeps track of those.
        perform set_config('storage.allow_delete_query', 'true', true);
        execute
            'delete from storage.objects as o using private.files_to_remove as f '
            'where f.bucket_id = o.bucket_id and f.name = o.name and f.version is not distinct from o.version';
        perform set_config('storage.allow_delete_query', coalesce(v_allowed, ''), true);
        perform private.enqueue('privacy', 'remove_files', '{"timestamp": 0}', 'remove_files');
    end if;
    perform private.clear_file_owner(user_id);
end
$$;
comment on function private.hide_files(uuid) is 'Hide a deleted user''s files and list them for deletion.';
revoke execute on function private.hide_files(uuid) from public;

-- source: sql/private/privacy/files/orphan_files.sql
-- Worker. Returns up to `batch` files in avatars, portraits and speech whose user, by folder and by owner, does not
-- exist: uploads that ran while the user was deleted. Only files that are at least an hour old.
create or replace function private.orphan_files(batch integer default 1000) returns table (bucket_id text, name text)
language plpgsql stable rows 100 set search_path = ''
as $$
begin
    if to_regclass('storage.objects') is null then
        return;
    end if;
    return query execute
        'select o.bucket_id, o.name from storage.objects as o '
        'cross join lateral (values (private.as_uuid(o.owner_id)), (private.as_uuid(split_part(o.name, ''/'', 1)))) as u (id) '
        'where o.bucket_id in (''avatars'', ''portraits'', ''speech'') and o.created_at < now() - interval ''1 hour'' '
        'group by o.id, o.bucket_id, o.name '
        'having count(u.id) > 0 and bool_and(u.id is null or not exists (select from public.accounts as a where a.id = u.id)) '
        'order by o.bucket_id, o.name limit $1'
        using batch;
end
$$;
comment on function private.orphan_files(integer) is 'Files whose user does not exist.';
revoke execute on function private.orphan_files(integer) from public;

-- source: sql/private/privacy/files/personal_files.sql
-- Worker. Returns the files that belong to an account alone: avatars, portraits and recordings of speech. Empty where
-- Storage is not installed.
create or replace function private.personal_files(account_id uuid) returns table (bucket_id text, name text)
language plpgsql stable set search_path = ''
as $$
begin
    if to_regclass('storage.objects') is not null then
        return query execute
            'select o.bucket_id, o.name from storage.objects as o '
            'where o.bucket_id in (''avatars'', ''portraits'', ''speech'') and $1::text in (o.owner_id, split_part(o.name, ''/'', 1)) '
            'order by o.bucket_id, o.name'
            using account_id;
    end if;
end
$$;
comment on function private.personal_files(uuid) is 'The files that belong to an account alone.';
revoke execute on function private.personal_files(uuid) from public;

-- source: sql/private/privacy/files/restore_hidden_files.sql
-- Worker. Restores the rows in storage.objects of up to `batch` files in private.files_to_remove, and returns them,
-- because Storage deletes bytes only by their row. Files that were not tried yet come first, then those whose last
-- attempt is longest ago; files of a bucket that does not exist are skipped. After calling Storage, call
-- private.forget_deleted_files, whatever Storage responded.
--   tried_before  the start of the run: files that were tried since are not returned again
create or replace function private.restore_hidden_files(batch integer default 100, tried_before timestamptz default 'infinity')
returns table (bucket_id text, name text)
language plpgsql rows 100 set search_path = ''
as $$
declare
    v_files private.files_to_remove[];
begin
    if not exists (select from private.files_to_remove) then
        return;
    end if;
    execute
        'with taken as ('
        'select f.bucket_id, f.name from private.files_to_remove as f '
        'where coalesce(f.tried_at, ''-infinity'') < $2 '
        'and exists (select from storage.buckets as b where b.id = f.bucket_id) '
        'order by f.tried_at nulls first, f.noted_at, f.bucket_id, f.name limit $1'
        '), tried as ('
        'update private.files_to_remove as f set tried_at = clock_timestamp() from taken as t '
        'where f.bucket_id = t.bucket_id and f.name = t.name returning f'
        ') select array_agg(t.f) from tried as t'
        into v_files using batch, tried_before;
    execute
        'insert into storage.objects (bucket_id, name, version) '
        'select f.bucket_id, f.name, f.version from unnest($1) as f on conflict do nothing'
        using v_files;
    return query select f.bucket_id, f.name from unnest(v_files) as f order by f.bucket_id, f.name;
end
$$;
comment on function private.restore_hidden_files(integer, timestamptz) is
'Restore the rows of files to remove, for Storage to delete them.';
revoke execute on function private.restore_hidden_files(integer, timestamptz) from public;

-- source: sql/private/privacy/retention/apply_retention.sql
-- Worker. Deletes rows that are older than their retention in private.data_inventory: up to `batch` rows of each table.
-- Of a table partitioned by month it drops partitions whose rows are all older, and deletes such rows of the default
-- partition. Returns a row per table with the number of deleted rows. Each call is one transaction: repeat it until it
-- returns nothing. Tables of schema realtime are excluded: Realtime drops its own daily partitions.
--   batch  how many rows of a table at most
create or replace function private.apply_retention(batch integer default 10000)
returns table (relation text, removed bigint)
language plpgsql rows 10 set search_path = '' set timezone = 'UTC' set lock_timeout = '5s'
as $$
declare
    v_kept record;
    v_part regclass;
begin
    for v_kept in
        select c.oid::regclass as name, c.relkind = 'p' as is_by_month, i.retention_column, now() - i.retention as until
        from private.data_inventory as i
        join pg_catalog.pg_namespace as n on n.nspname = i.schema_name
        join pg_catalog.pg_class as c on c.relnamespace = n.oid and c.relname = i.table_name
        where i.retention is not null and i.schema_name <> 'realtime' and c.relkind in ('r', 'p')
        order by i.schema_name, i.table_name
    loop
        v_part := v_kept.name;
        if v_kept.is_by_month then
            for v_part in select private.expired_partitions(v_kept.name, v_kept.until) loop
                relation := v_part;
                execute format('select count(*) from %s', v_part) into removed;
                execute format('drop table %s', v_part);
                return next;
            end loop;
            select nullif(t.partdefid, 0)::regclass into v_part
            from pg_catalog.pg_partitioned_table as t
            where t.partrelid = v_kept.name;
        end if;
        relation := v_part;
        removed := private.delete_older_than(v_part, v_kept.retention_column, v_kept.until, batch);
        if removed > 0 then
            return next;
        end if;
    end loop;
end
$$;
comment on function private.apply_retention(integer) is 'Delete rows that are older than their retention.';
revoke execute on function private.apply_retention(integer) from public;

-- source: sql/private/recommend/counts/count_rater.sql
-- Trigger. When raters.is_counted changes, adds the rater's ratings to the exact counts or subtracts them, and marks
-- the published figures of its items as changed.
-- Definer: clients may not write counts.
create or replace function private.count_rater() returns trigger
language plpgsql security definer set search_path = ''
as $$
declare
    v_sign integer := case when new.is_counted then 1 else -1 end;
begin
    insert into private.item_counts as s (item_id, kind, rating_count, rating_sum, rating_square_sum)
    select i.id, i.kind, v_sign, v_sign * r.rating, v_sign * power(r.rating, 2)
    from public.ratings as r
    join public.items as i on i.id = r.item_id
    where r.rater_id = new.id
    order by i.id
    on conflict (item_id) do update set
        rating_count = s.rating_count + excluded.rating_count,
        rating_sum = s.rating_sum + excluded.rating_sum,
        rating_square_sum = s.rating_square_sum + excluded.rating_square_sum;
    perform private.note_changes(array_agg(r.item_id), array_agg(r.rater_id), array_agg(r.country), 'ratings')
    from public.ratings as r
    where r.rater_id = new.id;
    perform private.note_changes(array_agg(i.item_id), array_agg(i.rater_id), array_agg(i.country), 'interactions')
    from public.interactions as i
    where i.rater_id = new.id;
    return null;
end
$$;
comment on function private.count_rater() is
'Trigger: adds a rater''s ratings to the counts, or subtracts them, when is_counted changes.';
revoke execute on function private.count_rater() from public;

-- source: sql/private/recommend/counts/count_ratings.sql
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

-- source: sql/private/recommend/counts/count_user.sql
-- Trigger. Includes the ratings and events of an anonymous user in statistics once the user becomes permanent.
-- Definer: the role of Auth, which writes auth.users, has no privilege on our tables.
create or replace function private.count_user() returns trigger
language plpgsql security definer set search_path = ''
as $$
begin
    update public.raters as r set is_counted = not new.is_anonymous
    from public.profiles as p
    where p.account_id = new.id and r.profile_id = p.id and r.is_counted = new.is_anonymous;
    return null;
end
$$;
comment on function private.count_user() is 'Trigger. Counts a user''s ratings once the user is not anonymous.';
revoke execute on function private.count_user() from public;

-- source: sql/private/recommend/counts/note_changes.sql
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

-- source: sql/private/recommend/counts/note_interactions.sql
-- Trigger. Records that new events change the published figures of their items (private.note_changes).
-- Definer: clients may not write the recorded changes.
create or replace function private.note_interactions() returns trigger
language plpgsql security definer set search_path = ''
as $$
begin
    perform private.note_changes(array_agg(n.item_id), array_agg(n.rater_id), array_agg(n.country), 'interactions')
    from new_rows as n;
    return null;
end
$$;
comment on function private.note_interactions() is 'Trigger: records which published figures new events change.';
revoke execute on function private.note_interactions() from public;

-- source: sql/private/recommend/counts/note_ratings.sql
-- Trigger. Records that changed ratings change the published figures of their items (private.note_changes). An update
-- that only moves a rating to another pseudonym, made by another trigger, changes no figure.
-- Definer: clients may not write the recorded changes.
create or replace function private.note_ratings() returns trigger
language plpgsql security definer set search_path = ''
as $$
begin
    if tg_op = 'INSERT' then
        perform private.note_changes(array_agg(n.item_id), array_agg(n.rater_id), array_agg(n.country), 'ratings')
        from new_rows as n;
    elsif tg_op = 'DELETE' then
        perform private.note_changes(array_agg(o.item_id), array_agg(o.rater_id), array_agg(o.country), 'ratings')
        from old_rows as o;
    elsif pg_trigger_depth() = 1 then
        perform private.note_changes(array_agg(c.item_id), array_agg(c.rater_id), array_agg(c.country), 'ratings')
        from (
            (
                select o.item_id, o.rater_id, o.country, o.rating from old_rows as o
                except select n.item_id, n.rater_id, n.country, n.rating from new_rows as n
            )
            union all
            (
                select n.item_id, n.rater_id, n.country, n.rating from new_rows as n
                except select o.item_id, o.rater_id, o.country, o.rating from old_rows as o
            )
        ) as c;
    end if;
    return null;
end
$$;
comment on function private.note_ratings() is 'Trigger: records which published figures changed ratings change.';
revoke execute on function private.note_ratings() from public;

-- source: sql/private/recommend/counts/recount_ratings.sql
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

-- source: sql/private/recommend/feedback/aversion.sql
-- Helper. Returns how similar each item is to the items that a rater disliked (rated below 3, or disliked by an
-- interaction), from 0 to 1. The 50 items that were disliked last count. The result is the greater of two measures:
--   genres        the share of the disliked items that have the item's genre, for the genre with the largest share; the
--                 denominator is increased by 2, so that few dislikes weigh less
--   descriptions  the greatest cosine similarity between the embeddings
-- An item without any similarity has no row.
-- It reads ratings: only definer functions and workers may call it.
create or replace function private.aversion(rater_id uuid, item_ids uuid[])
returns table (item_id uuid, aversion double precision)
language sql stable rows 100 set search_path = ''
as $$
    with disliked as materialized (
        select d.item_id
        from (
            select l.item_id, l.liked_at as disliked_at
            from private.positive_feedback as l
            where l.rater_id = aversion.rater_id and l.is_disliked
            union all
            select f.item_id, f.refused_at
            from private.feedback as f
            where f.rater_id = aversion.rater_id and f.is_disliked
        ) as d
        group by d.item_id
        order by max(d.disliked_at) desc, d.item_id
        limit 50
    ), genres as (
        select g.genre_id, count(*) / ((select count(*) from disliked) + 2.0::double precision) as share
        from disliked as d
        join public.item_genres as g on g.item_id = d.item_id
        group by g.genre_id
    ), alike as (
        select g.item_id, n.share as aversion
        from public.item_genres as g
        join genres as n on n.genre_id = g.genre_id
        where g.item_id = any(aversion.item_ids)
        union all
        select e.item_id, 1 - (e.embedding operator(extensions.<=>) o.embedding)
        from disliked as d
        join public.item_embeddings as o on o.item_id = d.item_id
        join public.item_embeddings as e on e.item_id = any(aversion.item_ids)
    )
    select a.item_id, max(a.aversion) from alike as a where a.aversion > 0 group by a.item_id
$$;
comment on function private.aversion(uuid, uuid[]) is
'Returns how similar each item is to the items that a rater disliked, from 0 to 1.';
revoke execute on function private.aversion(uuid, uuid[]) from public;

-- source: sql/private/recommend/feedback/interaction_error.sql
-- Helper. Returns the name of the first field of an event that is missing or invalid; null for a valid event.
-- occurred_at must be an ISO 8601 timestamp with seconds and a time zone, such as 2026-11-30T13:45:00Z, within the last
-- 30 days; one minute ahead is allowed for a client whose clock is fast. Words such as "yesterday" or "infinity", which
-- Postgres would accept, are invalid.
create or replace function private.interaction_error(event jsonb) returns text
language sql stable set search_path = ''
as $$
    select case
        when jsonb_typeof(event) <> 'object' then 'object'
        when not coalesce(pg_input_is_valid(event ->> 'client_id', 'uuid'), false) then 'client_id'
        when not coalesce(pg_input_is_valid(event ->> 'item_id', 'uuid'), false) then 'item_id'
        when
            coalesce(event ->> 'type', '')
            not in ('view', 'click', 'share', 'save', 'like', 'dislike', 'complete', 'dismiss', 'undo') then 'type'
        when coalesce(jsonb_typeof(event -> 'metadata'), 'null') not in ('object', 'null')
            or length(event ->> 'metadata') > 2000
            or jsonb_path_exists(event -> 'metadata', 'strict $.**{9 to last}') then 'metadata'
        when event ->> 'occurred_at' is null then null
        when
            event ->> 'occurred_at'
            !~ '^[0-9]{4}-[0-9]{2}-[0-9]{2}T[0-9]{2}:[0-9]{2}:[0-9]{2}(\.[0-9]{1,9})?(Z|[+-][0-9]{2}:?[0-9]{2})$'
            or not pg_input_is_valid(event ->> 'occurred_at', 'timestamptz') then 'occurred_at'
        when
            (event ->> 'occurred_at')::timestamptz
            not between now() - interval '30 days' and now() + interval '1 minute' then 'occurred_at'
    end
$$;
comment on function private.interaction_error(jsonb) is
'Returns the first field of an event that is missing or invalid.';
revoke execute on function private.interaction_error(jsonb) from public;

-- source: sql/private/recommend/feedback/store_interactions.sql
-- Helper. Validates an array of events and stores the new ones for the acting profile's rater. Raises 22023 for invalid
-- events, naming each with its first invalid field; 42501 for a caller without a profile. A time that is up to a minute
-- ahead is stored as now. Events of the same time, such as those of one call, count in the order of the array:
-- received_at increases with it.
-- Definer: events are inserted through this function alone, so that each gets its month's partition.
create or replace function private.store_interactions(events jsonb) returns integer
language plpgsql security definer set search_path = ''
as $$
declare
    v_rater uuid := private.current_rater_id();
    v_country text := private.current_country();
    v_now timestamptz := clock_timestamp();
    v_faults jsonb;
    v_stored integer;
begin
    if v_rater is null then
        raise exception 'sign in to record interactions' using errcode = '42501';
    end if;
    select jsonb_agg(jsonb_build_object('event', f.place - 1, 'field', f.field) order by f.place) into v_faults
    from (
        select e.place, private.interaction_error(e.event) as field
        from jsonb_array_elements(events) with ordinality as e (event, place)
    ) as f
    where f.field is not null;
    if v_faults is not null then
        raise exception 'event % has a bad %', v_faults -> 0 ->> 'event', v_faults -> 0 ->> 'field'
            using errcode = '22023', detail = ((v_faults -> 0) || jsonb_build_object('faults', v_faults))::text,
            hint = 'See the parameters of record_interactions.';
    end if;
    insert into public.interactions
        (rater_id, client_id, month, item_id, type, metadata, occurred_at, received_at, country)
    select
        v_rater,
        e.client_id,
        date_trunc('month', least(coalesce(e.occurred_at, v_now), v_now) at time zone 'UTC')::date,
        e.item_id,
        e.type,
        coalesce(e.metadata, '{}'),
        least(coalesce(e.occurred_at, v_now), v_now),
        v_now + e.place * interval '1 microsecond',
        v_country
    from rows from (
        jsonb_to_recordset(events) as (
            client_id uuid, item_id uuid, type text, metadata jsonb, occurred_at timestamptz
        )
    ) with ordinality as e (client_id, item_id, type, metadata, occurred_at, place)
    order by e.client_id
    on conflict do nothing;
    get diagnostics v_stored = row_count;
    return v_stored;
end
$$;
comment on function private.store_interactions(jsonb) is 'Validates events and stores the new ones.';
revoke execute on function private.store_interactions(jsonb) from public;
grant execute on function private.store_interactions(jsonb) to authenticated, service_role;

-- source: sql/private/recommend/lists/because_of.sql
-- Helper. Returns, for each item, the liked item that explains it best: of the 50 items that the rater liked most, the
-- one with the greatest product of the item model's weight and the rater's liking. An item without a positive product
-- has no row. If an error occurs, it is logged and counted and no row is returned.
-- It reads ratings: only definer functions and workers may call it.
create or replace function private.because_of(rater_id uuid, item_ids uuid[])
returns table (item_id uuid, because_of uuid)
language plpgsql stable rows 20 set search_path = '' set plan_cache_mode = force_generic_plan
as $$
#variable_conflict use_column
begin
    return query
    with model as materialized (
        select m.id, m.targets from public.recommendation_models as m where m.id = private.active_item_model()
    ), liked as materialized (
        select l.item_id, l.weight
        from private.positive_feedback as l
        where l.rater_id = because_of.rater_id and l.is_liked
        order by l.weight desc, l.liked_at desc, l.item_id
        limit 50
    ), speaking as materialized (
        select l.item_id, l.weight, w.weights::extensions.vector as weights
        from liked as l
        join private.item_weights as w on w.model_id = (select m.id from model as m) and w.item_id = l.item_id
    ), asked as materialized (
        select t.item_id, t.place::integer as place
        from model as m
        cross join lateral unnest(m.targets) with ordinality as t (item_id, place)
        where t.item_id in (select unnest(because_of.item_ids))
    ), weighed as (
        select
            a.item_id,
            s.item_id as because_of,
            s.weight * extensions.inner_product(extensions.subvector(s.weights, a.place, 1), '[1]') as weight
        from asked as a
        cross join speaking as s
    )
    select distinct on (w.item_id) w.item_id, w.because_of
    from weighed as w
    where w.weight > 0
    order by w.item_id, w.weight desc, w.because_of;
exception when others then
    perform private.report_failure('reasons', sqlstate, sqlerrm);
end
$$;
comment on function private.because_of(uuid, uuid[]) is
'Returns the liked item that explains each recommended item best.';
revoke execute on function private.because_of(uuid, uuid[]) from public;

-- source: sql/private/recommend/lists/diversify_by_genre.sql
-- Helper. Returns the best candidates of a pool, of different genres (greedy re-ranking). Each step takes, from the
-- lowest tier left, the candidate with the highest score: its weight divided by 1 plus the number of times that its
-- genres were taken before, on average over its genres.
--   pool   candidates, each item once
--   count  the maximum number of items
create or replace function private.diversify_by_genre(pool private.candidate[], count integer)
returns table (item_id uuid, place integer, score double precision)
language plpgsql immutable rows 20 set search_path = ''
as $$
#variable_conflict use_column
declare
    -- Per candidate, how often its genres were taken so far; null once the candidate itself is taken.
    v_taken bigint[] := array_fill(0::bigint, array[cardinality(pool)]);
    v_chosen integer;
    v_genres bigint;
begin
    for v_place in 1..least(diversify_by_genre.count, cardinality(pool)) loop
        select c.number, c.item_id, c.genres, c.weight / (1 + c.taken::double precision / c.size)
        into v_chosen, item_id, v_genres, score
        from (
            select p.*, greatest(bit_count(p.genres::bit(64)), 1) as size
            from rows from (unnest(pool), unnest(v_taken)) with ordinality as p (
                item_id, tier, weight, genres, taken, number
            )
            where p.taken is not null
        ) as c
        order by c.tier, c.weight / (1 + c.taken::double precision / c.size) desc, c.item_id
        limit 1;
        place := v_place;
        return next;
        v_taken := array(
            select p.taken + bit_count((p.genres & v_genres)::bit(64))
            from rows from (unnest(pool), unnest(v_taken)) with ordinality as p (
                item_id, tier, weight, genres, taken, number
            )
            order by p.number
        );
        v_taken[v_chosen] := null;
    end loop;
end
$$;
comment on function private.diversify_by_genre(private.candidate[], integer) is
'Returns the best candidates of a pool, of different genres.';
revoke execute on function private.diversify_by_genre(private.candidate[], integer) from public;
grant execute on function private.diversify_by_genre(private.candidate[], integer) to anon, authenticated, service_role;

-- source: sql/private/recommend/lists/excluded_items.sql
-- Helper. Returns the items that a rater's lists leave out: rated, disliked, dismissed or watched to the end. Only
-- definer functions and workers may call it.
create or replace function private.excluded_items(rater_id uuid) returns setof uuid
language sql stable rows 50 set search_path = ''
as $$
    select r.item_id from public.ratings as r where r.rater_id = excluded_items.rater_id
    union
    select v.item_id
    from private.feedback as v
    where v.rater_id = excluded_items.rater_id and (v.is_refused or v.is_completed)
$$;
comment on function private.excluded_items(uuid) is
'Returns the items that a rater''s lists leave out: rated, refused or watched to the end.';
revoke execute on function private.excluded_items(uuid) from public;

-- source: sql/private/recommend/lists/genre_sets.sql
-- Helper. Returns the genres of items as bit sets, one bit a genre; 0 for an item without genres. The bits are
-- comparable within one call only. With more than 63 genres in a call, some share a bit.
create or replace function private.genre_sets(item_ids uuid[])
returns table (item_id uuid, genres bigint)
language sql stable rows 200 set search_path = ''
as $$
    with numbered as (
        select g.item_id, dense_rank() over (order by g.genre_id) % 63 as genre
        from public.item_genres as g
        where g.item_id = any(genre_sets.item_ids)
    )
    select i.item_id, coalesce(bit_or(1::bigint << n.genre::integer), 0)
    from unnest(genre_sets.item_ids) as i (item_id)
    left join numbered as n on n.item_id = i.item_id
    group by i.item_id
$$;
comment on function private.genre_sets(uuid[]) is 'Returns the genres of items as bit sets, one bit a genre.';
revoke execute on function private.genre_sets(uuid[]) from public;
grant execute on function private.genre_sets(uuid[]) to anon, authenticated, service_role;

-- source: sql/private/recommend/lists/hidden_items.sql
-- Policy predicate. Returns the items that the acting profile rated or interacted with and that its age limit hides
-- now, for example because the profile became a kids profile later. It returns one array per query, so that policies
-- need no function call per row. It never raises.
-- Definer: the policies of ratings and interactions call it, so it must read these tables without them.
create or replace function private.hidden_items() returns uuid[]
language plpgsql stable security definer set search_path = ''
as $$
declare
    v_rater uuid;
begin
    if not private.has_age_limit() then
        return '{}';
    end if;
    v_rater := private.current_rater_id();
    return array(
        select i.id
        from public.items as i
        where
            i.id in (
                select r.item_id from public.ratings as r where r.rater_id = v_rater
                union
                select e.item_id from public.interactions as e where e.rater_id = v_rater
            )
            and not private.allows_age(i.minimum_age)
    );
end
$$;
comment on function private.hidden_items() is
'Returns items that the acting profile rated or used and that its age limit hides now.';
revoke execute on function private.hidden_items() from public;
grant execute on function private.hidden_items() to anon, authenticated, service_role;

-- source: sql/private/recommend/lists/merge_sources.sql
-- Helper. Merges the candidates of all sources into one list, best first. An item's score is the sum, over the sources
-- that propose it, of the source's weight times the item's score divided by the source's highest score. The sum is
-- multiplied by private.level_factor, then scaled so that the best item has 1. An item keeps the source and the reason
-- that contribute most to its score. Items that the viewer may not see are left out.
-- It reads ratings: only definer functions and workers may call it.
create or replace function private.merge_sources(
    proposals private.proposal[], weights jsonb, viewer private.viewer, kind text, count integer
)
returns setof private.proposal
language plpgsql stable rows 60 set search_path = '' set plan_cache_mode = force_generic_plan
as $$
#variable_conflict use_column
begin
    return query
    with shares as (
        select
            p.*,
            coalesce((merge_sources.weights ->> p.part)::double precision, 0)
            * p.score / nullif(max(p.score) over (partition by p.part), 0) as share
        from unnest(merge_sources.proposals) as p
    ), summed as (
        select s.item_id, sum(s.share) * private.level_factor(s.item_id, (merge_sources.viewer).rater_id) as score
        from shares as s
        group by s.item_id
        having sum(s.share) > 0
    ), wanted as (
        select s.item_id, s.score
        from summed as s
        join public.items as i on i.id = s.item_id and (merge_sources.kind is null or i.kind = merge_sources.kind)
        where private.is_available(i, merge_sources.viewer)
        order by s.score desc, s.item_id
        limit merge_sources.count
    ), telling as (
        select distinct on (s.item_id) s.*
        from shares as s
        order by s.item_id, s.share desc, s.part
    )
    select w.item_id, t.part, w.score / max(w.score) over (), t.reason_code, t.because_of, t.language
    from wanted as w
    join telling as t on t.item_id = w.item_id
    order by w.score desc, w.item_id;
end
$$;
comment on function private.merge_sources(private.proposal[], jsonb, private.viewer, text, integer) is
'Merges the candidates of all sources into one list by weighted scores.';
revoke execute on function private.merge_sources(private.proposal[], jsonb, private.viewer, text, integer) from public;

-- source: sql/private/recommend/lists/recommend.sql
-- Helper. Returns a profile's list of recommendations. Each source with a weight for the rater's number of ratings
-- proposes candidates (private.source_candidates), private.merge_sources merges them, and private.rerank_by_mmr re-ranks them. Sources of
-- minimal weight are called only if the others do not fill the list. A viewer who has not liked anything yet gets the
-- list of private.newcomer. If a source fails, the list is built from the others.
-- because_of is null if the item it would name is above the viewer's age limit.
-- Raises as private.viewer. Without any profile (anon), it returns a newcomer's list.
-- Definer: scores read the ratings of other raters; none of these ratings is returned.
create or replace function private.recommend(profile_id uuid, kind text, count integer, diversity real)
returns table (
    item_id uuid, place bigint, score double precision, reason_code text, because_of uuid, language text
)
language plpgsql stable rows 20 security definer set search_path = '' set plan_cache_mode = force_generic_plan
as $$
#variable_conflict use_column
declare
    v_viewer private.viewer := private.viewer(profile_id);
    v_pool integer := greatest(60, recommend.count + 20);
    v_weights jsonb := private.source_weights(v_viewer.rater_id);
    v_part text;
    v_proposals private.proposal[] := '{}';
    v_list private.proposal[] := '{}';
    v_order integer[];
begin
    foreach v_part in array case
        when exists (select from private.positive_feedback as l where l.rater_id = v_viewer.rater_id and l.is_liked)
            then array['liked_together', 'taste', 'liked', 'trending', 'popular']
        else array['newcomer', 'trending', 'popular']
    end loop
        if (v_weights ->> v_part)::double precision > 0.01 or cardinality(v_list) < recommend.count then
            v_proposals := v_proposals || private.source_candidates(
                v_part, v_viewer, recommend.kind, v_pool
            );
            v_list := array(
                select b from private.merge_sources(v_proposals, v_weights, v_viewer, recommend.kind, v_pool) as b
            );
        end if;
    end loop;
    v_order := private.rerank_by_mmr(v_list, recommend.diversity, recommend.count);

    return query
    with listed as materialized (
        select (v_list[o.at]).*, o.place from unnest(v_order) with ordinality as o (at, place)
    )
    select l.item_id, l.place, l.score, l.reason_code, s.id, l.language
    from listed as l
    left join private.because_of(
        v_viewer.rater_id, array(select t.item_id from listed as t where t.reason_code = 'liked_together')
    ) as b on b.item_id = l.item_id
    left join public.items as s on s.id = coalesce(l.because_of, b.because_of) and private.fits_age(s, v_viewer)
    order by l.place;
end
$$;
comment on function private.recommend(uuid, text, integer, real) is
'Returns a profile''s list of recommendations, if the caller may request it.';
revoke execute on function private.recommend(uuid, text, integer, real) from public;
grant execute on function private.recommend(uuid, text, integer, real) to anon, authenticated, service_role;

-- source: sql/private/recommend/lists/report_failure.sql
-- Helper. Logs that a source of lists failed, and notifies the jobs worker, which counts failures (metric
-- cinefluent_list_failures_total). It works in the read-only transaction of a list. Values quoted in the message may be
-- personal and are removed: text in double quotes after a colon, and uuids.
create or replace function private.report_failure(source text, state text, message text) returns void
language plpgsql set search_path = ''
as $$
begin
    raise log 'the source % of a list failed: % %', source, state, left(
        regexp_replace(
            regexp_replace(message, ': ".*"', ': "…"', 'g'), '[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}', '…', 'gi'
        ),
        300
    );
    if not pg_is_in_recovery() then
        perform pg_notify('list_failures', source);
    end if;
end
$$;
comment on function private.report_failure(text, text, text) is 'Logs and counts that a source of lists failed.';
revoke execute on function private.report_failure(text, text, text) from public;

-- source: sql/private/recommend/lists/rerank_by_mmr.sql
-- Helper. Re-ranks a list by maximal marginal relevance (MMR: Carbonell, Goldstein, SIGIR 1998), so that neighbouring
-- items differ. Each step takes the item with the highest (1 - w) * score - w * (greatest cosine similarity to the
-- items already taken), where w is diversity squared. Ties keep their order.
--   list       candidates, best first, with scores of at most 1; an item without an embedding has similarity 0 to all
--              others
--   diversity  0 to 1: 0 keeps the order, 1 ignores the scores
--   count      the number of items to return
-- An item's greatest similarity can only rise from step to step, so it is updated only while the item could still be
-- the best.
-- Returns indexes into the given list. If an error occurs, it is logged and counted and the order stays.
create or replace function private.rerank_by_mmr(
    list private.proposal[], diversity real, count integer
) returns integer[]
language plpgsql stable set search_path = ''
as $$
#variable_conflict use_column
declare
    v_size integer := cardinality(list);
    v_share double precision := diversity * diversity;
    -- Each item's upper bound: its value if it is similar to none of the items taken. In descending order.
    v_alone double precision[];
    v_vectors extensions.vector[];
    v_alike double precision[] := array_fill(0::double precision, array[v_size]);
    -- The number of taken items that each item has been compared with.
    v_compared integer[] := array_fill(0, array[v_size]);
    v_left boolean[] := array_fill(true, array[v_size]);
    v_order integer[] := '{}';
    v_best integer;
    v_highest double precision;
begin
    if v_share = 0 then
        return array(select generate_series(1, least(rerank_by_mmr.count, v_size)));
    end if;
    v_alone := array(select (1 - v_share) * l.score from unnest(list) with ordinality as l order by l.ordinality);
    v_vectors := array(
        select e.embedding
        from unnest(list) with ordinality as l
        left join public.item_embeddings as e on e.item_id = l.item_id
        order by l.ordinality
    );
    for v_turn in 1..least(rerank_by_mmr.count, v_size) loop
        v_best := null;
        for v_place in 1..v_size loop
            exit when v_alone[v_place] <= v_highest and v_best is not null;
            continue when not v_left[v_place];
            while v_compared[v_place] < v_turn - 1
                and (v_best is null or v_alone[v_place] - v_share * v_alike[v_place] > v_highest)
            loop
                v_compared[v_place] := v_compared[v_place] + 1;
                v_alike[v_place] := greatest(
                    v_alike[v_place],
                    1 - (v_vectors[v_place] operator(extensions.<=>) v_vectors[v_order[v_compared[v_place]]])
                );
            end loop;
            if v_best is null or v_alone[v_place] - v_share * v_alike[v_place] > v_highest then
                v_best := v_place;
                v_highest := v_alone[v_place] - v_share * v_alike[v_place];
            end if;
        end loop;
        v_order := v_order || v_best;
        v_left[v_best] := false;
    end loop;
    return v_order;
exception when others then
    perform private.report_failure('diversity', sqlstate, sqlerrm);
    return array(select generate_series(1, least(rerank_by_mmr.count, v_size)));
end
$$;
comment on function private.rerank_by_mmr(private.proposal[], real, integer) is
'Re-ranks a list by maximal marginal relevance so that its items differ.';
revoke execute on function private.rerank_by_mmr(private.proposal[], real, integer) from public;

-- source: sql/private/recommend/lists/source_weights.sql
-- Helper. Returns the weight of each source of a rater's list, as an object, by the rater's number of ratings (no
-- rater: 0). Sources of weight 0, or without a row in recommendation_weights, get a minimal weight, so that they only
-- fill up a list, in a fixed order. If an error occurs, it is logged and counted, and the item model gets 1 and every
-- other source its minimal weight.
create or replace function private.source_weights(rater_id uuid) returns jsonb
language plpgsql stable set search_path = ''
as $$
#variable_conflict use_column
declare
    v_least jsonb := '{"newcomer": 1, "taste": 0.009, "liked": 0.003, "trending": 0.0003, "popular": 0.0001}';
begin
    return (
        select v_least || coalesce(jsonb_object_agg(w.part, w.weight) filter (where w.weight > 0), '{}')
        from (
            select distinct on (w.part) w.part, w.weight
            from public.recommendation_weights as w
            where w.min_ratings <= coalesce(
                (select r.rating_count from public.raters as r where r.id = source_weights.rater_id), 0
            )
            order by w.part, w.min_ratings desc
        ) as w
    );
exception when others then
    perform private.report_failure('weights', sqlstate, sqlerrm);
    return v_least || '{"liked_together": 1}';
end
$$;
comment on function private.source_weights(uuid) is
'Returns the weight of each source of a list by the rater''s number of ratings.';
revoke execute on function private.source_weights(uuid) from public;

-- source: sql/private/recommend/models/active_item_model.sql
-- Helper. Returns the id of the active version of the item model (liked_together), which lists read; null if none is
-- active.
-- Definer: callers with an age limit may not read recommendation_models, whose targets list items of every maturity
-- rating.
create or replace function private.active_item_model() returns bigint
language sql stable security definer set search_path = ''
as $$
    select m.id from public.recommendation_models as m where m.name = 'liked_together' and m.is_active
$$;
comment on function private.active_item_model() is 'Returns the id of the active item model, which lists read.';
revoke execute on function private.active_item_model() from public;
grant execute on function private.active_item_model() to anon, authenticated, service_role;

-- source: sql/private/recommend/models/active_similarity_model.sql
-- Helper. Returns the id of the active version of the model rated_alike (similarity of items by their ratings), which
-- predictions read; null if none is active.
create or replace function private.active_similarity_model() returns bigint
language sql stable set search_path = ''
as $$
    select m.id from public.recommendation_models as m where m.name = 'rated_alike' and m.is_active
$$;
comment on function private.active_similarity_model() is
'Returns the id of the active model of similarly rated items, which predictions read.';
revoke execute on function private.active_similarity_model() from public;
grant execute on function private.active_similarity_model() to service_role;

-- source: sql/private/recommend/models/pack_item_model.sql
-- Worker. Packs the weights of a model version for reading: one sparse vector an item. The worker that wrote the
-- version's rows of item_neighbours calls it last, in the same transaction. The targets, which are the dimensions of
-- the vectors, are the 2,000 most rated items that any weight leads to; with the films of MovieLens, all items ever
-- listed were among the first 1,000.
-- Nested loops are off: right after the weights were written, the planner underestimates their number and would read
-- all of them for each target.
create or replace function private.pack_item_model(model_id bigint) returns void
language plpgsql set search_path = '' set enable_nestloop = off
as $$
#variable_conflict use_column
begin
    update public.recommendation_models as m set targets = array(
        select t.neighbour_id
        from (
            select distinct n.neighbour_id
            from public.item_neighbours as n
            where n.model_id = pack_item_model.model_id
        ) as t
        left join private.item_counts as s on s.item_id = t.neighbour_id
        order by s.rating_count desc nulls last, t.neighbour_id
        limit 2000
    )
    where m.id = pack_item_model.model_id;

    delete from private.item_weights as w where w.model_id = pack_item_model.model_id;
    insert into private.item_weights (model_id, item_id, weights)
    select
        n.model_id,
        n.item_id,
        format(
            '{%s}/%s', string_agg(t.place || ':' || n.weight, ',' order by t.place), max(cardinality(m.targets))
        )::extensions.sparsevec
    from public.recommendation_models as m
    cross join lateral unnest(m.targets) with ordinality as t (item_id, place)
    join public.item_neighbours as n on n.model_id = m.id and n.neighbour_id = t.item_id
    where m.id = pack_item_model.model_id
    group by n.model_id, n.item_id;
end
$$;
comment on function private.pack_item_model(bigint) is
'Packs the weights of a model version into the vectors that lists read.';
revoke execute on function private.pack_item_model(bigint) from public;

-- source: sql/private/recommend/models/readable_models.sql
-- Policy predicate. Returns the ids of the item model's versions, whose weights any caller may read. Those of
-- rated_alike are not included: if one rater rated both items, a weight reveals these ratings.
-- Definer: a caller with an age limit may not read recommendation_models, whose targets list items of every maturity
-- rating.
create or replace function private.readable_models() returns bigint[]
language sql stable security definer set search_path = ''
as $$
    select coalesce(array_agg(m.id), '{}') from public.recommendation_models as m where m.name = 'liked_together'
$$;
comment on function private.readable_models() is
'Returns the ids of the model versions whose weights any caller may read.';
revoke execute on function private.readable_models() from public;
grant execute on function private.readable_models() to anon, authenticated, service_role;

-- source: sql/private/recommend/predictions/global_baseline.sql
-- Helper. Returns the exact global baseline: the mean rating of the 1,000 most popular items, which have most of all
-- ratings; null if nothing is rated. It is computed at each call, so no job has to maintain it.
create or replace function private.global_baseline() returns double precision
language sql stable set search_path = ''
as $$
    select sum(s.rating_sum) / sum(s.rating_count)
    from (
        select i.rating_sum, i.rating_count
        from private.item_counts as i
        where i.rating_sum > 0
        order by i.rating_sum desc, i.item_id
        limit 1000
    ) as s
$$;
comment on function private.global_baseline() is
'Returns the global baseline: the mean rating of the most popular items.';
revoke execute on function private.global_baseline() from public;
grant execute on function private.global_baseline() to service_role;

-- source: sql/private/recommend/predictions/item_baseline.sql
-- Helper. Returns an item's baseline: its mean rating, shrunk to the global baseline by the weight of five ratings. An
-- item with fewer than five ratings has the global baseline, so that single ratings cannot be derived from it.
create or replace function private.item_baseline(
    rating_sum double precision, rating_count integer, rating_level double precision
) returns double precision
language sql immutable set search_path = ''
as $$
    select case
        when rating_count < 5 then rating_level
        else (rating_sum + 5 * rating_level) / (rating_count + 5)
    end
$$;
comment on function private.item_baseline(double precision, integer, double precision) is
'Returns an item''s baseline: its mean rating, shrunk to the global baseline.';
revoke execute on function private.item_baseline(double precision, integer, double precision) from public;
grant execute on function private.item_baseline(double precision, integer, double precision) to service_role;

-- source: sql/private/recommend/predictions/predict.sql
-- Helper. Returns a rater's predicted rating of each item, 0.5 to 5.0 in tenths: the item's baseline plus the rater's
-- bias plus the weighted residuals of the neighbours and of the rater's own ratings of similar items (Koren,
-- Factorization Meets the Neighborhood, KDD 2008). Each mean is shrunk to zero if little supports it. Baselines use the
-- published figures: exact ones would reveal single ratings. An item without a published mean has the global baseline,
-- and no row if neither neighbours nor similar items contribute. A rater without ratings gets the item's baseline.
-- Similar items are those of the active model rated_alike; without one, only neighbours contribute.
-- No prediction depends on few people: neighbours contribute only if those of five accounts rated the item, each
-- account once, with at most the fifth largest weight; and predictions are rounded to tenths.
-- It reads the ratings of other raters: only definer functions and workers may call it.
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
comment on function private.predict(uuid, uuid[]) is 'Returns a rater''s predicted rating of each item.';
revoke execute on function private.predict(uuid, uuid[]) from public;

-- source: sql/private/recommend/predictions/predict_for_user.sql
-- Helper. Returns private.predict for a user id and one item. Raises as private.rater_of_user, which checks the caller.
-- Definer: a prediction reads the ratings of other raters; none of these ratings is returned.
create or replace function private.predict_for_user(user_id uuid, item_id uuid) returns double precision
language sql stable security definer set search_path = ''
as $$
    select p.predicted_rating
    from private.predict(private.rater_of_user(predict_for_user.user_id), array[predict_for_user.item_id]) as p
$$;
comment on function private.predict_for_user(uuid, uuid) is
'Returns a user''s predicted rating of an item, if the caller may request it.';
revoke execute on function private.predict_for_user(uuid, uuid) from public;
grant execute on function private.predict_for_user(uuid, uuid) to authenticated, service_role;

-- source: sql/private/recommend/predictions/published_baseline.sql
-- Helper. Returns the published global baseline: the mean of the published ratings of the 1,000 most popular items,
-- which have most of all ratings; null if nothing is published. Results that clients see use it, since the exact one
-- (private.global_baseline) could reveal a single rating.
create or replace function private.published_baseline() returns double precision
language sql stable set search_path = ''
as $$
    select sum(s.rating_sum) / sum(s.rating_count)
    from (
        select i.rating_sum, i.rating_count
        from public.item_stats as i
        where i.rating_sum > 0
        order by i.rating_sum desc, i.item_id
        limit 1000
    ) as s
$$;
comment on function private.published_baseline() is 'Returns the global baseline from published figures.';
revoke execute on function private.published_baseline() from public;

-- source: sql/private/recommend/predictions/rating_residuals.sql
-- Helper. Returns a rater's ratings with their residuals, by exact counts.
--   level  the item's baseline
--   above  the residual: the rating minus the baseline
--   share  how much the item counts in a comparison of raters: the root of 1 - limit / n for n raters of the item; 0
--          for a rare item (private.rarity_limit)
-- Exact residuals are never returned to a client: only definer functions and workers may call it.
create or replace function private.rating_residuals(rater_id uuid)
returns table (
    item_id uuid, rating double precision, level double precision, above double precision, share double precision
)
language sql stable rows 100 set search_path = ''
as $$
    select r.item_id, r.rating, l.level, r.rating - l.level, sqrt(greatest(0, 1 - a.rare / nullif(s.rating_count, 0)))
    from public.ratings as r
    left join private.item_counts as s on s.item_id = r.item_id
    cross join (
        select private.global_baseline() as of_all, private.rarity_limit()::double precision as rare offset 0
    ) as a
    cross join lateral (
        select private.item_baseline(coalesce(s.rating_sum, 0), coalesce(s.rating_count, 0), a.of_all) as level offset 0
    ) as l
    where r.rater_id = rating_residuals.rater_id
$$;
comment on function private.rating_residuals(uuid) is
'Returns a rater''s ratings, each with the item''s baseline and the residual.';
revoke execute on function private.rating_residuals(uuid) from public;
grant execute on function private.rating_residuals(uuid) to service_role;

-- source: sql/private/recommend/publication/laplace_noise.sql
-- Helper. Returns a random number from the Laplace distribution with this scale (its standard deviation is 1.41 times
-- the scale). Added to a sum, it hides the share of one rater, if a share is at most about the scale (differential
-- privacy: Dwork and others, Calibrating Noise to Sensitivity, TCC 2006).
create or replace function private.laplace_noise(scale double precision) returns double precision
language plpgsql volatile set search_path = ''
as $$
declare
    v_chance double precision := private.random_fraction() - 0.5;
begin
    return -scale * sign(v_chance) * ln(greatest(1 - 2 * abs(v_chance), 1e-15));
end
$$;
comment on function private.laplace_noise(double precision) is
'Returns Laplace noise, which hides one rater''s share of a sum.';
revoke execute on function private.laplace_noise(double precision) from public;

-- source: sql/private/recommend/publication/publish_counts.sql
-- Worker. Publishes the figures that enough accounts changed: up to `batch` of each of rating counts, event counts and
-- trends. Returns how many it published. Each call is one transaction: call it until it returns 0. Concurrent calls run
-- one after the other. The rules are the row of private.publication.
create or replace function private.publish_counts(batch integer default 500) returns integer
language plpgsql set search_path = ''
as $$
begin
    perform pg_advisory_xact_lock(hashtextextended('publish_counts', 0));
    delete from private.pending_changes as c
    where not c.is_pending and c.changed_on < (now() at time zone 'UTC')::date;
    return private.publish_ratings(batch) + private.publish_interactions(batch) + private.publish_trends(batch);
end
$$;
comment on function private.publish_counts(integer) is
'Publishes the figures that enough accounts changed; returns how many.';
revoke execute on function private.publish_counts(integer) from public;

-- source: sql/private/recommend/publication/publish_interactions.sql
-- Helper. Publishes the event counts of up to `batch` items that enough accounts changed since their last publication;
-- returns the number of items. An account counts once per item, type and day. An item that fewer accounts interacted
-- with gets no count. private.publish_counts calls it.
create or replace function private.publish_interactions(batch integer) returns integer
language plpgsql set search_path = ''
as $$
declare
    v_rule private.publication := (select p from private.publication as p);
    v_items uuid[];
begin
    with due as materialized (
        select c.item_id
        from private.pending_changes as c
        where c.figure = 'interactions' and c.is_pending
        group by c.item_id
        having count(*) >= v_rule.min_accounts
        limit batch
    ), taken as (
        update private.pending_changes as c set is_pending = false
        where (c.item_id, c.figure, c.voter) in (
            select p.item_id, p.figure, p.voter
            from private.pending_changes as p
            join due as d on d.item_id = p.item_id
            where p.figure = 'interactions' and p.is_pending
            for update of p skip locked
        )
    ), events as (
        select distinct i.item_id, v.voter, i.type, (i.received_at at time zone 'UTC')::date as day
        from due as d
        join public.interactions as i on i.item_id = d.item_id
        join private.counted_raters as v on v.rater_id = i.rater_id
    ), counted as (
        select e.item_id, count(*) as events
        from events as e
        group by e.item_id
        having count(distinct e.voter) >= v_rule.min_accounts
    ), written as (
        insert into public.item_stats as s (item_id, kind, interaction_count)
        select i.id, i.kind, coalesce(private.stochastic_round(c.events, v_rule.count_step), 0)
        from due as d
        join public.items as i on i.id = d.item_id
        left join counted as c on c.item_id = d.item_id
        order by i.id
        on conflict (item_id) do update set interaction_count = excluded.interaction_count
        returning s.item_id
    )
    select array_agg(w.item_id) into v_items from written as w;
    delete from public.item_stats as s
    where s.item_id = any(v_items) and s.rating_count = 0 and s.interaction_count = 0;
    return coalesce(cardinality(v_items), 0);
end
$$;
comment on function private.publish_interactions(integer) is
'Publishes the event counts of items that enough accounts changed.';
revoke execute on function private.publish_interactions(integer) from public;

-- source: sql/private/recommend/publication/publish_ratings.sql
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

-- source: sql/private/recommend/publication/publish_trends.sql
-- Helper. Publishes up to `batch` trends, of an item in a country or in the world, that enough accounts changed since
-- their last publication; returns the number of trends. An account counts once per item, type and day, with its latest
-- event. A trend of fewer accounts gets no row.
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
    ), votes as materialized (
        select
            d.item_id, d.country, t.voter, max(t.weight) as weight,
            private.trend_of(1, max(t.occurred_at)) as week
        from due as d
        join private.trend_votes as t on t.item_id = d.item_id and (d.country = '001' or t.country = d.country)
        group by d.item_id, d.country, t.voter, t.type, t.day
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

-- source: sql/private/recommend/publication/random_fraction.sql
-- Helper. Returns a uniformly distributed random number, at least 0 and below 1. It takes 48 bits of a random uuid,
-- which the operating system generates; the values of random() can be predicted from earlier ones.
create or replace function private.random_fraction() returns double precision
language sql volatile set search_path = ''
as $$
    select ('x' || substr(replace(gen_random_uuid()::text, '-', ''), 1, 12))::bit(48)::bigint / 281474976710656::double precision
$$;
comment on function private.random_fraction() is 'Returns a random number, at least 0 and below 1, that cannot be predicted.';
revoke execute on function private.random_fraction() from public;

-- source: sql/private/recommend/publication/stochastic_round.sql
-- Helper. Stochastic rounding: returns the count rounded to a multiple of a step, down or up at random, so that the
-- expected value is the count, and no threshold is known at which the published count changes.
create or replace function private.stochastic_round(count bigint, step integer) returns integer
language sql volatile set search_path = ''
as $$
    select (
        count - count % step + case when private.random_fraction() * step < count % step then step else 0 end
    )::integer
$$;
comment on function private.stochastic_round(bigint, integer) is
'Rounds a count to a multiple of a step, down or up at random.';
revoke execute on function private.stochastic_round(bigint, integer) from public;

-- source: sql/private/recommend/publication/trend_language.sql
-- Trigger. Copies an item's new language to its trends.
-- Definer: the role that changes an item may not write trends.
create or replace function private.trend_language() returns trigger
language plpgsql security definer set search_path = ''
as $$
begin
    update public.item_trends set language = new.language where item_id = new.id;
    return null;
end
$$;
comment on function private.trend_language() is 'Trigger: copies an item''s new language to its trends.';
revoke execute on function private.trend_language() from public;

-- source: sql/private/recommend/publication/trend_of.sql
-- Helper. Returns an event's share of a trend: the base-2 logarithm of its weight, doubled for each week since 2000. So
-- events lose half their relative weight a week, without any update of stored rows (forward decay: Cormode, Shkapenyuk,
-- Srivastava, Xu, ICDE 2009).
create or replace function private.trend_of(weight double precision, at timestamptz) returns double precision
language sql immutable set search_path = ''
as $$
    select case
        when weight > 0 then ln(weight) / ln(2::double precision) + (extract(epoch from at) - 946684800) / 604800
        else '-infinity'
    end
$$;
comment on function private.trend_of(double precision, timestamptz) is
'Returns an event''s share of a trend, as a base-2 logarithm.';
revoke execute on function private.trend_of(double precision, timestamptz) from public;
grant execute on function private.trend_of(double precision, timestamptz) to anon, authenticated, service_role;

-- source: sql/private/recommend/similarity/compute_neighbours.sql
-- Helper. Compares a rater with every other counted rater over the items that both rated, without rare items
-- (private.rarity_limit). workers/common/neighbours.py computes the same for all raters.
--   similarity  Pearson's correlation of the ratings of both; null with one common rating, or if either rated all
--               common items the same
--   co_ratings  the number of common ratings
--   weight      the correlation of the residuals of both (private.rating_residuals), their means shrunk to zero by 20
--               ratings; then shrunk by private.shrink_correlation. Predictions use it
--   affinity    the sum of the common items' shares (private.rating_residuals), divided by the root of the product of both
--               raters' numbers of ratings, each plus 20; higher the better both agree. 0 if the neighbour rated
--               nothing else. An item that the rater rated below 3 and the neighbour did not is not counted. Lists use
--               it
--   level       the neighbour's bias: the mean residual of the common ratings, shrunk to zero by 20 ratings
-- It reads the ratings of other raters: only definer functions and workers may call it.
create or replace function private.compute_neighbours(rater_id uuid)
returns table (
    neighbour_id uuid, similarity double precision, co_ratings integer,
    weight double precision, affinity double precision, level double precision
)
language sql stable rows 300 set search_path = '' set work_mem = '16MB'
as $$
    with compared as materialized (
        select
            o.rater_id,
            count(*)::integer as co_ratings,
            coalesce(sum(m.share) filter (where m.rating >= 3 or o.rating < 3), 0) as share,
            corr(o.rating, m.rating) as similarity,
            regr_avgx(o.rating - m.level, m.above) as my_mean,
            regr_avgy(o.rating - m.level, m.above) as their_mean,
            regr_sxx(o.rating - m.level, m.above) as mine,
            regr_syy(o.rating - m.level, m.above) as theirs,
            regr_sxy(o.rating - m.level, m.above) as both
        from private.rating_residuals(compute_neighbours.rater_id) as m
        join public.ratings as o on o.item_id = m.item_id
        where o.rater_id <> compute_neighbours.rater_id and m.share > 0
        group by o.rater_id
    ), centred as (
        select
            c.rater_id,
            c.co_ratings,
            c.share,
            c.similarity,
            c.their_mean * c.co_ratings / (c.co_ratings + 20) as level,
            c.mine + c.co_ratings * power(c.my_mean * 20 / (c.co_ratings + 20), 2) as mine,
            c.theirs + c.co_ratings * power(c.their_mean * 20 / (c.co_ratings + 20), 2) as theirs,
            c.both + c.co_ratings * c.my_mean * c.their_mean * power(20.0::double precision / (c.co_ratings + 20), 2) as both
        from compared as c
    ), weighed as (
        select
            c.*,
            case
                when c.mine > 1e-9 and c.theirs > 1e-9
                    then private.shrink_correlation(greatest(-1, least(1, c.both / sqrt(c.mine * c.theirs))), c.co_ratings)
                else 0
            end as weight
        from centred as c
    )
    select
        w.rater_id,
        w.similarity,
        w.co_ratings,
        w.weight,
        case
            when r.rating_count > w.co_ratings
                then w.share * greatest(0, 1 + 2 * w.weight)
                    / sqrt((me.rating_count + 20)::double precision * (r.rating_count + 20))
            else 0
        end,
        w.level
    from weighed as w
    join public.raters as r on r.id = w.rater_id and r.is_counted
    join public.raters as me on me.id = compute_neighbours.rater_id
$$;
comment on function private.compute_neighbours(uuid) is
'Compares a rater with every other counted rater over the items that both rated.';
revoke execute on function private.compute_neighbours(uuid) from public;
grant execute on function private.compute_neighbours(uuid) to service_role;

-- source: sql/private/recommend/similarity/enqueue_similarity.sql
-- Trigger. Queues a refresh of the stored neighbours of each rater whose ratings changed. Lists do not wait for it:
-- private.neighbours computes neighbours if the stored ones are out of date. Statements that change the ratings of more
-- than ten raters, and changes by other triggers, are left to the periodic refresh.
-- Definer: clients may not add jobs to the queue.
create or replace function private.enqueue_similarity() returns trigger
language plpgsql security definer set search_path = ''
as $$
declare
    v_raters uuid[];
begin
    if pg_trigger_depth() > 1 then
        return null;
    end if;
    select array_agg(distinct c.rater_id) into v_raters from changed_rows as c;
    if cardinality(v_raters) <= 10 then
        perform private.enqueue(
            'recommend', 'refresh_user_similarity', jsonb_build_object('rater_id', r), 'refresh_user_similarity:' || r
        )
        from unnest(v_raters) as r;
    end if;
    return null;
exception when others then
    raise warning 'a refresh of similarities could not be put into the queue: %', sqlerrm;
    return null;
end
$$;
comment on function private.enqueue_similarity() is
'Trigger: queues a refresh of the neighbours of raters whose ratings changed.';
revoke execute on function private.enqueue_similarity() from public;

-- source: sql/private/recommend/similarity/nearest_raters.sql
-- Helper. Returns the neighbours from private.compute_neighbours that are stored: the 150 with the greatest weight, for
-- predictions, and the 50 with the greatest affinity, for lists. Only definer functions and workers may call it.
create or replace function private.nearest_raters(rater_id uuid)
returns table (
    neighbour_id uuid, similarity double precision, co_ratings integer,
    weight double precision, affinity double precision, level double precision
)
language sql stable rows 150 set search_path = ''
as $$
    with compared as materialized (
        select c.* from private.compute_neighbours(nearest_raters.rater_id) as c where c.weight > 0 or c.affinity > 0
    ), weightiest as (
        select c.* from compared as c where c.weight > 0 order by c.weight desc, c.neighbour_id limit 150
    ), closest as (
        select c.* from compared as c where c.affinity > 0 order by c.affinity desc, c.neighbour_id limit 50
    )
    select w.* from weightiest as w
    union all
    select c.* from closest as c where c.neighbour_id not in (select w.neighbour_id from weightiest as w)
$$;
comment on function private.nearest_raters(uuid) is
'Returns a rater''s nearest neighbours: 150 by weight and 50 by affinity.';
revoke execute on function private.nearest_raters(uuid) from public;
grant execute on function private.nearest_raters(uuid) to service_role;

-- source: sql/private/recommend/similarity/neighbours.sql
-- Helper. Returns a rater's nearest neighbours (private.nearest_raters): the stored ones, or, if more than one in
-- twenty of the rater's ratings changed since, computed ones. A job updates the stored ones soon after each change.
-- voter is the account that a neighbour counts for (private.counted_raters): callers count accounts, since one account
-- can have five profiles that rate as it likes. Profiles of the rater's own account are left out.
-- It reads the ratings of other raters: only definer functions and workers may call it.
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
comment on function private.neighbours(uuid) is 'Returns a rater''s nearest neighbours, stored or computed.';
revoke execute on function private.neighbours(uuid) from public;

-- source: sql/private/recommend/similarity/rarity_limit.sql
-- Helper. Returns the number of raters up to which an item is rare: a thirtieth of all raters, at least 10 and at most
-- 20, and one more, so that an attacker's own rating does not lift an item above the limit. A common rating of a rare
-- item can identify a person, so neighbours and item models ignore rare items.
-- It counts at most 600 raters, since more do not change the result.
create or replace function private.rarity_limit() returns integer
language sql stable set search_path = ''
as $$
    select 1 + greatest(10, count(*)::integer / 30) from (select from public.raters limit 600) as r
$$;
comment on function private.rarity_limit() is 'Returns the number of raters up to which an item is rare.';
revoke execute on function private.rarity_limit() from public;
grant execute on function private.rarity_limit() to service_role;

-- source: sql/private/recommend/similarity/refresh_user_similarity.sql
-- Worker. Computes and stores a rater's nearest neighbours, with the version of the ratings they were computed from.
create or replace function private.refresh_user_similarity(rater_id uuid) returns void
language plpgsql set search_path = ''
as $$
#variable_conflict use_column
declare
    v_rater uuid := rater_id;
    v_version bigint;
    v_nearest public.user_similarities[];
begin
    perform pg_advisory_xact_lock(hashtextextended('user_similarities:' || v_rater, 0));
    select r.ratings_version into v_version from public.raters as r where r.id = v_rater;
    v_nearest := array(
        select jsonb_populate_record(null::public.user_similarities, to_jsonb(n))
        from private.nearest_raters(v_rater) as n
    );
    -- Lock all raters involved against deletion before any write, so that a concurrent deletion waits and cannot deadlock.
    perform from public.raters as r
    where
        r.id = v_rater
        or r.id in (select s.neighbour_id from public.user_similarities as s where s.rater_id = v_rater)
        or r.id in (select n.neighbour_id from unnest(v_nearest) as n)
    order by r.id
    for key share;
    -- The job that compares all raters locks those whose rows it writes, and skips this one while it is locked.
    perform from public.raters as r where r.id = v_rater for no key update;
    if not found then
        return;
    end if;

    delete from public.user_similarities as s
    where s.rater_id = v_rater and s.neighbour_id not in (select n.neighbour_id from unnest(v_nearest) as n);
    insert into public.user_similarities (rater_id, neighbour_id, similarity, co_ratings, weight, affinity, level)
    select v_rater, n.neighbour_id, n.similarity, n.co_ratings, n.weight, n.affinity, n.level
    from unnest(v_nearest) as n
    join public.raters as r on r.id = n.neighbour_id
    on conflict (rater_id, neighbour_id) do update set
        similarity = excluded.similarity, co_ratings = excluded.co_ratings, weight = excluded.weight,
        affinity = excluded.affinity, level = excluded.level, computed_at = now();
    update public.raters as r set similarities_version = v_version where r.id = v_rater;
end
$$;
comment on function private.refresh_user_similarity(uuid) is 'Computes and stores a rater''s nearest neighbours.';
revoke execute on function private.refresh_user_similarity(uuid) from public;
grant execute on function private.refresh_user_similarity(uuid) to service_role;

-- source: sql/private/recommend/similarity/shrink_correlation.sql
-- Helper. Returns a correlation shrunk to zero by its support: multiplied by n / (n + 50) for n common ratings.
create or replace function private.shrink_correlation(similarity double precision, co_ratings integer) returns double precision
language sql immutable set search_path = ''
as $$
    select similarity * co_ratings / (co_ratings + 50)
$$;
comment on function private.shrink_correlation(double precision, integer) is
'Returns a correlation, shrunk to zero if few common ratings support it.';
revoke execute on function private.shrink_correlation(double precision, integer) from public;
grant execute on function private.shrink_correlation(double precision, integer) to service_role;

-- source: sql/private/recommend/sources/collaborative.sql
-- Helper. User-based collaborative filtering: returns items that a rater's 40 nearest neighbours rated, without the
-- items that private.excluded_items excludes or the viewer may not see, best first. The score is the sum, over the
-- neighbours, of affinity times rating / 5. A list ordered by predicted rating would instead begin with items that a
-- single neighbour liked.
-- No item depends on few people: neighbours of at least five accounts must have rated it 3 or better, each account
-- counts once per item, and none adds more than the fifth largest share, so that one contributes at most a fifth of a
-- score.
-- It reads the ratings of other raters: only definer functions and workers may call it.
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
'Returns items that a rater''s nearest neighbours liked.';
revoke execute on function private.collaborative(uuid, text, integer, private.viewer) from public;

-- source: sql/private/recommend/sources/collaborative_for_user.sql
-- Helper. Returns private.collaborative for a user id, each item with its predicted rating. An item with too little
-- data for a prediction gets the published global baseline, or 3.5 if nothing is published.
-- Raises as private.rater_of_user, which checks that the caller may request the user's recommendations.
-- Definer: scores and predictions read the ratings of other raters; none of these ratings is returned.
create or replace function private.collaborative_for_user(user_id uuid, count integer)
returns table (item_id uuid, predicted_rating double precision, score double precision)
language plpgsql stable rows 20 security definer set search_path = ''
as $$
#variable_conflict use_column
declare
    v_rater uuid := private.rater_of_user(user_id);
begin
    return query
    with listed as materialized (
        select c.item_id, c.score
        from private.collaborative(v_rater, null, count, private.viewer_of_rater(v_rater)) as c
    )
    select l.item_id, coalesce(p.predicted_rating, private.published_baseline(), 3.5), l.score
    from listed as l
    left join private.predict(v_rater, array(select item_id from listed)) as p on p.item_id = l.item_id;
end
$$;
comment on function private.collaborative_for_user(uuid, integer) is
'Returns items that a user''s nearest neighbours liked, if the caller may request them.';
revoke execute on function private.collaborative_for_user(uuid, integer) from public;
grant execute on function private.collaborative_for_user(uuid, integer) to authenticated, service_role;

-- source: sql/private/recommend/sources/item_based.sql
-- Helper. Item-based collaborative filtering: returns the items that the active item model (EASE) recommends for a
-- rater, best first. The score is the sum, over the items the rater liked, of the model's weight times the liking
-- (rating / 5). The 1,000 best liked items count, without those rated below 2; the latest tenth of all weighs half
-- more. Ratings are read at the call, so a new rating changes the next list.
-- The packed weights are summed once for each distinct liking, by pgvector's aggregate, and multiplied once a sum: this
-- is faster than one multiplication per item. An item needs a positive score from the liked items alone as well. Items
-- that private.excluded_items excludes or that the viewer may not see are left out.
-- It reads ratings: only definer functions and workers may call it.
create or replace function private.item_based(rater_id uuid, kind text, count integer, viewer private.viewer)
returns table (item_id uuid, score double precision)
language plpgsql stable rows 20 set search_path = '' set plan_cache_mode = force_generic_plan
as $$
#variable_conflict use_column
begin
    return query
    with model as materialized (
        select m.id, m.targets from public.recommendation_models as m where m.id = private.active_item_model()
    ), mine as materialized (
        select l.item_id, l.weight, l.is_liked, l.liked_at
        from private.positive_feedback as l
        where l.rater_id = item_based.rater_id
    ), liked as materialized (
        select m.item_id, case when m.liked_at > b.liked_at then 1.5 else 1 end * m.weight as weight, m.is_liked
        from mine as m
        cross join (
            select m.liked_at from mine as m
            order by m.liked_at desc
            offset (select count(*) / 10 from mine)
            limit 1
        ) as b
        where m.weight >= 0.4
        order by weight desc, m.liked_at desc, m.item_id
        limit 1000
    ), summed as (
        select l.weight, l.is_liked, extensions.sum(w.weights::extensions.vector) as weights
        from liked as l
        join private.item_weights as w on w.model_id = (select m.id from model as m) and w.item_id = l.item_id
        group by l.weight, l.is_liked
    ), weighed as (
        select
            s.is_liked,
            s.weights operator(extensions.*)
            array_fill(s.weight::real, array[extensions.vector_dims(s.weights)])::extensions.vector as weights
        from summed as s
    ), total as (
        select
            extensions.sum(w.weights) as scores,
            extensions.sum(w.weights) filter (where w.is_liked) as by_liked
        from weighed as w
    ), ranked as (
        select s.item_id, s.score
        from model as m
        cross join total as t
        cross join lateral unnest(m.targets, t.scores::real[], t.by_liked::real[]) as s (item_id, score, by_liked)
        where
            s.score > 0 and s.by_liked > 0
            and s.item_id not in (select u.item_id from private.excluded_items(item_based.rater_id) as u (item_id))
        order by s.score desc, s.item_id
        offset 0
    )
    select r.item_id, r.score::double precision
    from ranked as r
    where (
        select private.is_available(i, viewer) and (item_based.kind is null or i.kind = item_based.kind)
        from public.items as i
        where i.id = r.item_id
    )
    order by r.score desc, r.item_id
    limit item_based.count;
end
$$;
comment on function private.item_based(uuid, text, integer, private.viewer) is
'Returns items that the item model recommends for the items a rater liked.';
revoke execute on function private.item_based(uuid, text, integer, private.viewer) from public;

-- source: sql/private/recommend/sources/newcomer.sql
-- Helper. Returns a list for a viewer who has not liked anything yet: popular items of different genres, without items
-- similar to those that the viewer disliked.
--   viewer  items this viewer may not see, or that private.excluded_items excludes, are left out
--   kind    null: all kinds
--   count   the maximum number of items
-- An item's weight is the sum of 1 / log2(1 + rank) over up to three rankings: popular items, items that trend in the
-- viewer's languages, and, if at least count items trend there, items that trend in the viewer's country. Items in
-- another language come after items in one of the viewer's languages or without a known language. The weight is
-- multiplied by 1 - 1.5 * private.aversion; items with an aversion of 2/3 or more are left out. private.diversify_by_genre orders
-- the rest.
-- Reason codes: popular_in_country, popular_in_language (language contains it), popular.
-- It reads the ratings of the viewer: only definer functions and workers may call it.
create or replace function private.newcomer(viewer private.viewer, kind text, count integer)
returns table (item_id uuid, place integer, score double precision, reason_code text, language text)
language plpgsql stable rows 20 set search_path = ''
as $$
#variable_conflict use_column
declare
    v_unwanted uuid[] := array(select private.excluded_items(viewer.rater_id));
    v_count integer := newcomer.count * 3 + 50 + cardinality(v_unwanted);
begin
    return query
    with spoken as materialized (
        select t.item_id, row_number() over (order by t.score desc, t.item_id) as place
        from private.trending(newcomer.kind, viewer.languages, null, v_count, viewer) as t
    ), local as materialized (
        select t.item_id, row_number() over (order by t.score desc, t.item_id) as place
        from private.trending(newcomer.kind, null, viewer.country, v_count, viewer) as t
        where viewer.country is not null
    ), enough as (
        select l.* from local as l where (select count(*) from local) >= newcomer.count
    ), placed as (
        select p.item_id, p.place, 1 as source from private.popular(newcomer.kind, v_count, viewer) as p
        union all
        select s.item_id, s.place, 2 from spoken as s
        union all
        select e.item_id, e.place, 3 from enough as e
    ), weighed as materialized (
        select
            p.item_id,
            i.language,
            sum(ln(2::double precision) / ln(1 + p.place::double precision))
            * private.level_factor(p.item_id, viewer.rater_id) as weight,
            coalesce(i.language <> all(viewer.languages), false) as is_foreign,
            max(p.source) as source
        from placed as p
        join public.items as i on i.id = p.item_id
        where p.item_id <> all(v_unwanted)
        group by p.item_id, i.id
    ), wanted as materialized (
        select w.item_id, w.language, w.source, w.is_foreign, w.weight * (1 - 1.5 * coalesce(a.aversion, 0)) as weight
        from weighed as w
        left join private.aversion(viewer.rater_id, array(select w.item_id from weighed as w)) as a
            on a.item_id = w.item_id
        where coalesce(a.aversion, 0) < 2 / 3.0
    ), pool as (
        select array_agg((w.item_id, w.is_foreign::integer, w.weight, g.genres)::private.candidate) as candidates
        from wanted as w
        join private.genre_sets(array(select w.item_id from wanted as w)) as g on g.item_id = w.item_id
    )
    select
        s.item_id,
        s.place,
        s.score,
        case
            when w.source = 3 then 'popular_in_country'
            when w.source = 2 and w.language = any(viewer.languages) then 'popular_in_language'
            else 'popular'
        end,
        w.language
    from pool as p
    cross join lateral private.diversify_by_genre(coalesce(p.candidates, '{}'), newcomer.count) as s
    join wanted as w on w.item_id = s.item_id
    order by s.place;
end
$$;
comment on function private.newcomer(private.viewer, text, integer) is
'Returns a list of popular items for a viewer who has not liked anything yet.';
revoke execute on function private.newcomer(private.viewer, text, integer) from public;

-- source: sql/private/recommend/sources/onboarding.sql
-- Helper. Returns items for the acting profile to rate, of different genres: of the 200 most popular items, those with
-- the highest root of the number of ratings times the standard deviation of the ratings, since these ratings say most
-- about taste (after Rashid and others, Getting to Know You, IUI 2002). Items without a published deviation follow, by
-- popularity. Items that the profile rated, disliked or dismissed, or may not see, are left out.
-- Definer: it reads the caller's ratings, and anon may not read ratings.
create or replace function private.onboarding(kind text, count integer)
returns table (item_id uuid, place integer, score double precision)
language plpgsql stable rows 10 security definer set search_path = ''
as $$
#variable_conflict use_column
declare
    v_viewer private.viewer := private.current_viewer();
    v_known uuid[] := array(
        select r.item_id from public.ratings as r where r.rater_id = v_viewer.rater_id
        union
        select v.item_id
        from private.feedback as v
        where v.rater_id = v_viewer.rater_id and v.is_refused
    );
begin
    return query
    with weighed as materialized (
        select
            p.item_id,
            p.place,
            sqrt(s.rating_count)
            * sqrt(greatest(s.rating_square_sum / s.rating_count - power(s.rating_sum / s.rating_count, 2), 0)) as weight
        from private.popular(onboarding.kind, 200 + cardinality(v_known), v_viewer) as p
        left join public.item_stats as s on s.item_id = p.item_id and s.rating_count > 0
        where p.item_id <> all(v_known)
    ), pool as (
        select array_agg(
            (
                w.item_id,
                case when w.weight > 0 then 0 else 1 end,
                case when w.weight > 0 then w.weight else 1 / ln(1 + w.place::double precision) end,
                g.genres
            )::private.candidate
        ) as candidates
        from weighed as w
        join private.genre_sets(array(select w.item_id from weighed as w)) as g on g.item_id = w.item_id
    )
    select s.item_id, s.place, s.score
    from pool as p
    cross join lateral private.diversify_by_genre(coalesce(p.candidates, '{}'), onboarding.count) as s;
end
$$;
comment on function private.onboarding(text, integer) is 'Returns items that the acting profile should rate first.';
revoke execute on function private.onboarding(text, integer) from public;
grant execute on function private.onboarding(text, integer) to anon, authenticated, service_role;

-- source: sql/private/recommend/sources/popular.sql
-- Helper. Returns the most popular items: by the published sum of their ratings, then, for items without published
-- ratings, by the popularity that their data source states.
--   kind    null: all kinds
--   viewer  only items that this viewer may see; null: all items
create or replace function private.popular(kind text, count integer, viewer private.viewer default null)
returns table (item_id uuid, place bigint)
language plpgsql stable rows 20 set search_path = '' set plan_cache_mode = force_custom_plan
as $$
#variable_conflict use_column
begin
    return query
    with rated as (
        select s.item_id, s.rating_sum
        from public.item_stats as s
        where
            s.rating_sum > 0
            and (popular.kind is null or s.kind = popular.kind)
            and (select private.is_available(i, viewer) from public.items as i where i.id = s.item_id)
        order by s.rating_sum desc, s.item_id
        limit popular.count
    ), told as (
        select c.id, c.popularity
        from public.catalog_items as c
        where
            (select count(*) from rated) < popular.count
            and (popular.kind is null or c.kind = popular.kind)
            and not exists (select from public.item_stats as s where s.item_id = c.id and s.rating_sum > 0)
            and (select private.is_available(i, viewer) from public.items as i where i.id = c.id)
        order by c.popularity desc, c.id
        limit popular.count
    ), listed as (
        select r.item_id, 0 as tier, r.rating_sum as score from rated as r
        union all
        select t.id, 1, t.popularity from told as t
    )
    select l.item_id, row_number() over (order by l.tier, l.score desc, l.item_id) as place
    from listed as l
    order by place
    limit popular.count;
end
$$;
comment on function private.popular(text, integer, private.viewer) is
'Returns the most popular items, with their ranks.';
revoke execute on function private.popular(text, integer, private.viewer) from public;
grant execute on function private.popular(text, integer, private.viewer) to anon, authenticated, service_role;

-- source: sql/private/recommend/sources/similar_to_liked.sql
-- Helper. Content-based filtering: returns items whose description is similar to the three items that a rater liked
-- most (the latest first among equals), best first. The score is the sum of cosine similarity times rating / 5;
-- because_of is the liked item with the largest share. Without a kind, each liked item leads to items of its own kind.
-- Through this source, items without ratings can enter a list (cold start).
-- It reads ratings: only definer functions and workers may call it.
create or replace function private.similar_to_liked(rater_id uuid, kind text, count integer, viewer private.viewer)
returns table (item_id uuid, score double precision, because_of uuid)
language sql stable rows 20 set search_path = ''
as $$
    with liked as materialized (
        select l.item_id, l.weight, e.embedding, coalesce(similar_to_liked.kind, e.kind) as kind
        from private.positive_feedback as l
        join public.item_embeddings as e on e.item_id = l.item_id
        where l.rater_id = similar_to_liked.rater_id and l.is_liked
        order by l.weight desc, l.liked_at desc, l.item_id
        limit 3
    ), unwanted as materialized (
        select u.item_id from private.excluded_items(similar_to_liked.rater_id) as u (item_id)
    ), alike as (
        select n.item_id, n.similarity * l.weight as score, l.item_id as because_of
        from liked as l
        cross join lateral private.nearest(
            l.embedding, l.kind, similar_to_liked.count + (select count(*) from unwanted)::integer, viewer
        ) as n
        where n.item_id not in (select u.item_id from unwanted as u)
    )
    select a.item_id, sum(a.score), (array_agg(a.because_of order by a.score desc, a.because_of))[1]
    from alike as a
    group by a.item_id
    order by sum(a.score) desc, a.item_id
    limit similar_to_liked.count
$$;
comment on function private.similar_to_liked(uuid, text, integer, private.viewer) is
'Returns items whose description is similar to items the rater liked.';
revoke execute on function private.similar_to_liked(uuid, text, integer, private.viewer) from public;

-- source: sql/private/recommend/sources/source_candidates.sql
-- Helper. Returns the candidates that one source proposes for a viewer's list, best first, without the items that
-- private.excluded_items excludes or the viewer may not see.
--   part  the source: liked_together (item model), taste (neighbours), liked (similar descriptions), trending, popular
--         or newcomer
-- If the source raises an error, the error is logged and counted and no candidates are returned, so that the list is
-- built from the other sources.
-- It reads the ratings of other raters: only definer functions and workers may call it.
create or replace function private.source_candidates(part text, viewer private.viewer, kind text, count integer)
returns private.proposal[]
language plpgsql stable set search_path = ''
as $$
#variable_conflict use_column
declare
    v_rater uuid := viewer.rater_id;
    v_unwanted uuid[];
begin
    if source_candidates.part in ('trending', 'popular') then
        v_unwanted := array(select private.excluded_items(v_rater));
    end if;
    case source_candidates.part
        when 'liked_together' then
            return array(
                select row(l.item_id, source_candidates.part, l.score, source_candidates.part, null::uuid, null::text)::private.proposal
                from private.item_based(v_rater, source_candidates.kind, source_candidates.count, viewer) as l
            );
        when 'taste' then
            return array(
                select row(l.item_id, source_candidates.part, l.score, source_candidates.part, null::uuid, null::text)::private.proposal
                from private.collaborative(v_rater, source_candidates.kind, source_candidates.count, viewer) as l
            );
        when 'liked' then
            return array(
                select row(l.item_id, source_candidates.part, l.score, source_candidates.part, l.because_of, null::text)::private.proposal
                from private.similar_to_liked(v_rater, source_candidates.kind, source_candidates.count, viewer) as l
            );
        when 'trending' then
            return array(
                select row(l.item_id, source_candidates.part, l.score, 'popular_in_language', null::uuid, l.language)::private.proposal
                from private.trending(
                    source_candidates.kind, viewer.languages, viewer.country, source_candidates.count + cardinality(v_unwanted), viewer
                ) as l
                where l.item_id not in (select unnest(v_unwanted))
            );
        when 'popular' then
            return array(
                select row(l.item_id, source_candidates.part, 1 / sqrt(l.place), source_candidates.part, null::uuid, null::text)::private.proposal
                from private.popular(source_candidates.kind, source_candidates.count + cardinality(v_unwanted), viewer) as l
                where l.item_id not in (select unnest(v_unwanted))
            );
        when 'newcomer' then
            return array(
                select row(
                    l.item_id, source_candidates.part, 1.0 / l.place, l.reason_code, null::uuid, l.language
                )::private.proposal
                from private.newcomer(viewer, source_candidates.kind, source_candidates.count) as l
            );
    end case;
exception when others then
    perform private.report_failure(source_candidates.part, sqlstate, sqlerrm);
    return '{}';
end
$$;
comment on function private.source_candidates(text, private.viewer, text, integer) is
'Returns the candidates that one source proposes for a list.';
revoke execute on function private.source_candidates(text, private.viewer, text, integer) from public;

-- source: sql/private/recommend/sources/trending.sql
-- Helper. Returns the items with the highest published trends; the score is the number of events, weighted as of now.
--   kind       null: all kinds
--   languages  languages of the items; null: all languages
--   country    two capital letters, where the events occurred; null: the world
--   count      the maximum number of items
--   viewer     only items that this viewer may see; null: all items
-- Each kind and language is read from an index in descending order, until count visible items are found.
create or replace function private.trending(
    kind text, languages text[], country text, count integer, viewer private.viewer default null
)
returns table (item_id uuid, score double precision, language text)
language plpgsql stable rows 20 set search_path = '' set plan_cache_mode = force_custom_plan
as $$
#variable_conflict use_column
declare
    v_country text := coalesce(trending.country, '001');
    v_kinds text[] := case
        when trending.kind is null then array['movie', 'tv_show', 'sports', 'book'] else array[trending.kind]
    end;
    v_now double precision := private.trend_of(1, now());
begin
    return query
    with listed as (
        select t.*
        from unnest(v_kinds) as k (kind)
        cross join lateral (
            select t.item_id, t.trend, t.language
            from public.item_trends as t
            where
                trending.languages is null
                and t.country = v_country and t.kind = k.kind
                and (select private.is_available(i, viewer) from public.items as i where i.id = t.item_id)
            order by t.trend desc, t.item_id
            limit trending.count
        ) as t
        union all
        select t.*
        from unnest(v_kinds) as k (kind)
        cross join (select distinct l.language from unnest(trending.languages) as l (language)) as l
        cross join lateral (
            select t.item_id, t.trend, t.language
            from public.item_trends as t
            where
                t.country = v_country and t.kind = k.kind and t.language = l.language
                and (select private.is_available(i, viewer) from public.items as i where i.id = t.item_id)
            order by t.trend desc, t.item_id
            limit trending.count
        ) as t
    )
    select l.item_id, power(2::double precision, greatest(l.trend - v_now, -1000)), l.language
    from listed as l
    order by l.trend desc, l.item_id
    limit trending.count;
end
$$;
comment on function private.trending(text, text[], text, integer, private.viewer) is
'Returns the items with the highest trends, by country and language.';
revoke execute on function private.trending(text, text[], text, integer, private.viewer) from public;
grant execute on function private.trending(text, text[], text, integer, private.viewer)
to anon, authenticated, service_role;

-- source: sql/private/search/index/delete_unused_words.sql
-- Worker. Deletes words that no document contains any more from the vocabulary. Until then the vocabulary may treat
-- such a word as correctly spelt, or offer it as a correction.
create or replace function private.delete_unused_words() returns void
language sql set search_path = ''
as $$
    delete from private.search_words as w
    where not exists (
        select from private.search_postings as p where p.lexeme = any(private.stems_of(w.word))
    )
$$;
comment on function private.delete_unused_words() is 'Deletes words that no document contains any more.';
revoke execute on function private.delete_unused_words() from public;
grant execute on function private.delete_unused_words() to service_role;

-- source: sql/private/search/index/delete_words.sql
-- Trigger. Deletes the postings of deleted documents.
-- Definer: the role that deletes an item may not write the search index.
create or replace function private.delete_words() returns trigger
language plpgsql security definer set search_path = ''
as $$
begin
    delete from private.search_postings as p
    using changed_rows as c
    where p.document = c.document;
    return null;
end
$$;
comment on function private.delete_words() is 'Trigger: deletes the postings of deleted documents.';
revoke execute on function private.delete_words() from public;

-- source: sql/private/search/index/index_changed.sql
-- Trigger. Updates the search index of changed items in the transaction that changes them. The argument is the column
-- of the changed rows that contains the item's id; with genre_id, all items of the changed genres are updated.
-- Definer: the role that changes an item may not write the search index.
create or replace function private.index_changed() returns trigger
language plpgsql security definer set search_path = ''
as $$
declare
    v_items uuid[];
begin
    case tg_argv[0]
        when 'id' then
            select array_agg(distinct c.id) into v_items from changed_rows as c;
        when 'item_id' then
            select array_agg(distinct c.item_id) into v_items from changed_rows as c;
        when 'genre_id' then
            select array_agg(distinct i.item_id) into v_items
            from public.item_genres as i
            where i.genre_id in (select c.id from changed_rows as c);
    end case;
    if v_items is not null then
        perform private.index_items(v_items);
    end if;
    return null;
end
$$;
comment on function private.index_changed() is 'Trigger: updates the search index when the catalogue changes.';
revoke execute on function private.index_changed() from public;

-- source: sql/private/search/index/index_items.sql
-- Helper. Writes the search documents of items from the catalogue, and the postings and names of those whose texts
-- changed. Each item is looked up by its id, however many there are: while tables are being filled, the planner lacks
-- the statistics to choose a plan.
create or replace function private.index_items(item_ids uuid[]) returns void
language plpgsql set search_path = ''
as $$
declare
    v_sources private.search_sources[];
    v_fresh private.search_sources[];
begin
    -- A concurrent change to another table of the same item waits for this lock, and then reads both changes.
    perform from public.items as i where i.id = any(item_ids) order by i.id for no key update;

    select array_agg(row(s.*)::private.search_sources order by s.item_id) into v_sources
    from unnest(item_ids) as u (item_id)
    cross join lateral (
        select c.*
        from private.search_sources as c
        where c.item_id = u.item_id
        offset 0
    ) as s;

    select array_agg(s) into v_fresh
    from unnest(v_sources) as s
    left join private.search_documents as d on d.item_id = s.item_id
    where d.texts_hash is distinct from private.texts_hash(s);

    insert into private.search_documents as d (
        item_id, kind, language, year, genres, popularity, stemmer, texts_hash
    )
    select
        s.item_id, s.kind, s.language, s.year, s.genres, s.popularity,
        private.stemmer_of(s.language, concat_ws('. ', s.title, s.subtitle, s.overview)), private.texts_hash(s)
    from unnest(v_sources) as s
    on conflict (item_id) do update set
        language = excluded.language,
        year = excluded.year,
        genres = excluded.genres,
        popularity = excluded.popularity,
        stemmer = excluded.stemmer,
        texts_hash = excluded.texts_hash
    where
        (d.language, d.year, d.genres, d.popularity, d.texts_hash)
        is distinct from
        (excluded.language, excluded.year, excluded.genres, excluded.popularity, excluded.texts_hash);

    update private.search_names as n set popularity = d.popularity
    from private.search_documents as d
    where d.item_id = any(item_ids) and n.document = d.document and n.popularity <> d.popularity;

    if v_fresh is not null then
        perform private.index_words(v_fresh), private.index_names(v_fresh);
    end if;
end
$$;
comment on function private.index_items(uuid[]) is 'Writes the search documents of items from the catalogue.';
revoke execute on function private.index_items(uuid[]) from public;
grant execute on function private.index_items(uuid[]) to service_role;

-- source: sql/private/search/index/index_names.sql
-- Helper. Rebuilds the name index of documents: one row for each of the first eight words of a title or author, with
-- the name from this word on, so that a prefix of any word finds the name.
create or replace function private.index_names(sources private.search_sources[]) returns void
language sql set search_path = ''
as $$
    delete from private.search_names as n
    using unnest(sources) as s
    join private.search_documents as d on d.item_id = s.item_id
    where n.document = d.document;

    insert into private.search_names (document, field, name, start, is_whole, popularity)
    select
        d.document, n.field, n.name, left(array_to_string(w.words[p.place:], ' '), 100), p.place = 1, d.popularity
    from unnest(sources) as s
    join private.search_documents as d on d.item_id = s.item_id
    cross join lateral (
        select 'title' as field, s.title as name
        union all
        select 'original_title', s.original_title
        union all
        select 'author', unnest(s.authors)
    ) as n
    cross join lateral string_to_array(private.fold_name(n.name), ' ') as w (words)
    cross join lateral generate_series(1, least(cardinality(w.words), 8)) as p (place)
    where n.name is not null
$$;
comment on function private.index_names(private.search_sources[]) is 'Rebuilds the name index of documents.';
revoke execute on function private.index_names(private.search_sources[]) from public;
grant execute on function private.index_names(private.search_sources[]) to service_role;

-- source: sql/private/search/index/index_words.sql
-- Helper. Rebuilds the postings of documents, and adds new words to the vocabulary.
-- A posting's weight is that of BM25F (Robertson, Zaragoza, 2009) without the idf, with k1 = 1.2 and b = 0.5. Words of
-- the title count three times, those of the original title, authors and subtitle twice. The average document length is
-- fixed at 40, so that a document's weights do not depend on other documents.
create or replace function private.index_words(sources private.search_sources[]) returns void
language sql set search_path = ''
as $$
    delete from private.search_postings as p
    using unnest(sources) as s
    join private.search_documents as d on d.item_id = s.item_id
    where p.document = d.document;

    with texts as materialized (
        select d.document, d.stemmer, t.boost, t.text
        from unnest(sources) as s
        join private.search_documents as d on d.item_id = s.item_id
        cross join lateral (
            values
            (3, s.title), (2, s.original_title), (2, array_to_string(s.authors, '. ')), (2, s.subtitle),
            (1, s.genre_names), (1, s.tags), (1, s.overview)
        ) as t (boost, text)
        where t.text <> ''
    ), counted as (
        select t.document, l.lexeme, sum(t.boost * cardinality(l.places)) as count
        from texts as t
        cross join lateral private.lexemes(t.stemmer, t.text) as l
        group by t.document, l.lexeme
    ), weighed as (
        select
            c.document, c.lexeme,
            (2.2 * c.count / (c.count + 1.2 * (0.5 + 0.5 * sum(c.count) over (partition by c.document) / 40)))::real
            as weight
        from counted as c
        where length(c.lexeme) <= 100
    ), written as (
        insert into private.search_postings (lexeme, document, weight)
        select w.lexeme, w.document, w.weight
        from weighed as w
        order by w.lexeme, w.document
    ), words as (
        select distinct w.word
        from texts as t
        cross join lateral regexp_split_to_table(private.fold_name(t.text), ' ') as w (word)
        where length(w.word) between 3 and 30 and w.word !~ '^[0-9]+$'
    )
    insert into private.search_words (word)
    select w.word
    from words as w
    where not exists (select from private.search_words as k where k.word = w.word)
    order by w.word
    on conflict do nothing
$$;
comment on function private.index_words(private.search_sources[]) is
'Rebuilds the postings of documents with BM25F weights.';
revoke execute on function private.index_words(private.search_sources[]) from public;
grant execute on function private.index_words(private.search_sources[]) to service_role;

-- source: sql/private/search/index/texts_hash.sql
-- Helper. Returns a hash of an item's searched texts. If it is unchanged, the postings need no rebuild.
create or replace function private.texts_hash(source private.search_sources) returns uuid
language sql immutable set search_path = ''
as $$
    select md5(
        concat_ws(
            chr(1), source.title, source.original_title, array_to_string(source.authors, chr(2)), source.subtitle,
            source.overview, source.genre_names, source.tags
        )
    )::uuid
$$;
comment on function private.texts_hash(private.search_sources) is
'Returns a hash of the texts of an item that are searched by words.';
revoke execute on function private.texts_hash(private.search_sources) from public;
grant execute on function private.texts_hash(private.search_sources) to service_role;

-- source: sql/private/search/query/check_search.sql
-- Helper. Raises 22023, naming the field, if a parameter of search_content is missing or out of range.
create or replace function private.check_search(
    query text, query_embedding extensions.vector, filters private.search_filters, count integer
)
returns void
language plpgsql immutable set search_path = ''
as $$
begin
    if length(query) > 1000 or query !~ '\S' and query_embedding is null then
        raise exception 'query must have 1 to 1,000 characters'
            using errcode = '22023', detail = '{"field": "query", "min": 1, "max": 1000}';
    end if;
    if query_embedding is not null then
        perform private.check_embedding(query_embedding);
    end if;
    perform private.check_kind(filters.kind);
    perform private.check_length('genre', filters.genre, 100);
    perform private.check_length('language', filters.language, 35);
    if filters.tier not in ('free', 'premium') then
        raise exception 'tier must be free or premium, not %', left(filters.tier, 40)
            using errcode = '22023', detail = '{"field": "tier"}';
    end if;
    perform private.check_range('year_from', coalesce(filters.year_from, 0), 0, 3000);
    perform private.check_range('year_to', coalesce(filters.year_to, 0), 0, 3000);
    perform private.check_range('count', count, 1, 100);
end
$$;
comment on function private.check_search(text, extensions.vector, private.search_filters, integer) is
'Raises an error if a parameter of search_content is missing or out of range.';
revoke execute on function private.check_search(text, extensions.vector, private.search_filters, integer) from public;
grant execute on function private.check_search(text, extensions.vector, private.search_filters, integer)
to anon, authenticated, service_role;

-- source: sql/private/search/query/is_visible_document.sql
-- Helper. Returns whether the viewer may see the item of a document (private.is_available). It is a separate function
-- because the planner does not read an index in order if the query also reads a table with row level security.
create or replace function private.is_visible_document(document integer, viewer private.viewer) returns boolean
language plpgsql stable set search_path = ''
as $$
begin
    return (
        select private.is_available(i, viewer)
        from private.search_documents as d
        join public.items as i on i.id = d.item_id
        where d.document = is_visible_document.document
    );
end
$$;
comment on function private.is_visible_document(integer, private.viewer) is
'Returns whether the viewer may see the item of a document.';
revoke execute on function private.is_visible_document(integer, private.viewer) from public;
grant execute on function private.is_visible_document(integer, private.viewer) to anon, authenticated, service_role;

-- source: sql/private/search/query/names_by_prefix.sql
-- Helper. Returns names in which a word starts with the given prefix (normalised by private.fold_name) and whose items the
-- viewer may see, the most popular first, among the 2,000 most popular matches. Prefixes of one to three letters use
-- expression indexes ordered by popularity.
create or replace function private.names_by_prefix(beginning text, viewer private.viewer, count integer)
returns setof private.search_names
language plpgsql stable rows 40 set search_path = ''
as $$
declare
    v_begins constant text := case
        when length(beginning) <= 3 then format('left(n.start, %s) = $1', length(beginning))
        else 'n.start >= $1 and n.start < $1 || chr(1114111)'
    end;
begin
    return query execute format(
        'select n.*
        from (
            select n.* from private.search_names as n where %s order by n.popularity desc limit 2000
        ) as n
        where private.is_visible_document(n.document, $2)
        limit $3',
        v_begins
    )
    using beginning, viewer, names_by_prefix.count;
end
$$;
comment on function private.names_by_prefix(text, private.viewer, integer) is
'Returns the most popular names in which a word starts with the given prefix.';
revoke execute on function private.names_by_prefix(text, private.viewer, integer) from public;
grant execute on function private.names_by_prefix(text, private.viewer, integer) to anon, authenticated, service_role;

-- source: sql/private/search/query/parse_search.sql
-- Helper. Parses a query in the usual syntax of search engines: words, "phrases", -excluded words and OR; anything else
-- is text. The first 32 words count, also where punctuation separates them. With OR anywhere in the query, documents
-- match if they contain any of the words, whatever their score.
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
comment on function private.parse_search(text) is 'Parses a query in the usual syntax of search engines.';
revoke execute on function private.parse_search(text) from public;
grant execute on function private.parse_search(text) to anon, authenticated, service_role;

-- source: sql/private/search/query/query_terms.sql
-- Helper. Returns the lexemes of a query, by every stemmer in use, each with its BM25 idf over the documents with
-- numbers up to as_of. English stop words are left out. A word that the vocabulary lacks is expanded to its spelling
-- corrections, with two thirds of their idf. Terms with the highest idf come first, until they have 30,000 postings
-- together; at least one term is returned.
create or replace function private.query_terms(words text, as_of integer)
returns setof private.search_term
language plpgsql stable rows 10 set search_path = ''
as $$
#variable_conflict use_column
declare
    v_most constant integer := 30000;
    v_stemmers text[] := array(select private.stemmers());
begin
    return query
    with spelt as materialized (
        select l.lexeme, unnest(l.places) as place, s.stemmer
        from unnest(v_stemmers) as s (stemmer)
        cross join lateral private.lexemes(s.stemmer, query_terms.words) as l
    ), slots as materialized (
        select distinct s.lexeme, s.place
        from spelt as s
        where s.place in (select e.place from spelt as e where e.stemmer = 'english')
    ), misspelt as materialized (
        select s.place, s.lexeme as word
        from spelt as s
        where
            s.stemmer = 'simple'
            and s.lexeme ~ '[^0-9]'
            and s.place in (select k.place from slots as k where k.place < 1000)
            and not exists (select from private.search_words as w where w.word = s.lexeme)
    ), terms as (
        select s.lexeme, s.place, false as is_meant from slots as s
        union
        select l.lexeme, null, true
        from misspelt as m
        cross join lateral private.similar_words(m.word) as w (word)
        cross join lateral unnest(v_stemmers) as s (stemmer)
        cross join lateral private.lexemes(s.stemmer, w.word) as l
    ), counted as materialized (
        select
            t.*,
            (
                select count(*)
                from (
                    select from private.search_postings as p
                    where p.lexeme = t.lexeme and p.document <= as_of
                    limit v_most
                ) as p
            ) as documents
        from terms as t
    ), shared as (
        select
            c.lexeme, c.is_meant, c.documents,
            least(sum(c.documents) over (partition by coalesce(c.place::text, c.lexeme)), as_of) as alike
        from counted as c
        where c.documents > 0
    ), weighed as (
        select
            s.lexeme,
            max(
                case when s.is_meant then 0.67 else 1 end * ln(1 + (as_of - s.alike + 0.5) / (s.alike + 0.5))
            )::double precision as idf,
            bool_and(s.is_meant) as is_meant,
            max(s.documents) as documents
        from shared as s
        group by s.lexeme
    ), ordered as (
        select
            w.*,
            sum(w.documents) over (order by w.idf desc, w.lexeme) as places,
            row_number() over (order by w.idf desc, w.lexeme) as rank
        from weighed as w
    )
    select o.lexeme, o.idf, o.is_meant
    from ordered as o
    where o.places <= v_most or o.rank = 1;
end
$$;
comment on function private.query_terms(text, integer) is 'Returns the lexemes of a query with their BM25 idf.';
revoke execute on function private.query_terms(text, integer) from public;
grant execute on function private.query_terms(text, integer) to anon, authenticated, service_role;

-- source: sql/private/search/query/read_cursor.sql
-- Helper. Decodes a cursor of private.write_cursor; returns null for null. Raises 22023 for any other text and for a
-- cursor of another search.
create or replace function private.read_cursor(cursor text, search text) returns jsonb
language plpgsql immutable set search_path = ''
as $$
declare
    v_read jsonb;
begin
    if read_cursor.cursor is null then
        return null;
    end if;
    perform private.check_length('cursor', read_cursor.cursor, 1000);
    begin
        v_read := convert_from(
            decode(translate(read_cursor.cursor, '-_', '+/') || repeat('=', -length(read_cursor.cursor) & 3), 'base64'),
            'utf8'
        )::jsonb;
        if v_read ->> 'search' = read_cursor.search
            and (v_read ->> 'as_of')::integer >= 0
            and (v_read ->> 'score')::double precision >= 0
            and (v_read ->> 'document')::integer >= 0
        then
            return v_read;
        end if;
    exception when data_exception or invalid_text_representation then
        null;
    end;
    raise exception 'cursor does not belong to this search'
        using errcode = '22023', detail = '{"field": "cursor"}',
        hint = 'Send next_cursor unchanged, with the same query and filters.';
end
$$;
comment on function private.read_cursor(text, text) is 'Decodes the cursor of a page of a search.';
revoke execute on function private.read_cursor(text, text) from public;
grant execute on function private.read_cursor(text, text) to anon, authenticated, service_role;

-- source: sql/private/search/query/search_facets.sql
-- Helper. Returns the number of matches per kind, genre, language, decade and tier, as a JSON object, the highest
-- numbers first.
create or replace function private.search_facets(matches private.search_match[]) returns jsonb
language sql stable set search_path = '' set random_page_cost = 1.1
as $$
    with found as materialized (
        select d.kind, d.genres, d.language, d.year / 10 * 10 as decade, m.tier
        from unnest(matches) as m
        join private.search_documents as d on d.document = m.document
    ), counted as (
        select 'kind' as facet, to_jsonb(f.kind) as value, count(*) as count from found as f group by f.kind
        union all
        select 'genre', to_jsonb(g.slug), count(*)
        from found as f
        cross join lateral unnest(f.genres) as g (slug)
        group by g.slug
        union all
        select 'language', to_jsonb(f.language), count(*) from found as f where f.language is not null group by f.language
        union all
        select 'decade', to_jsonb(f.decade), count(*) from found as f where f.decade is not null group by f.decade
        union all
        select 'tier', to_jsonb(f.tier), count(*) from found as f group by f.tier
    )
    select jsonb_object_agg(n.facet, coalesce(c.values, '[]'))
    from unnest(array['kind', 'genre', 'language', 'decade', 'tier']) as n (facet)
    left join (
        select
            c.facet,
            jsonb_agg(jsonb_build_object('value', c.value, 'count', c.count) order by c.count desc, c.value) as values
        from counted as c
        group by c.facet
    ) as c on c.facet = n.facet
$$;
comment on function private.search_facets(private.search_match[]) is
'Returns the number of matches per kind, genre, language, decade and tier.';
revoke execute on function private.search_facets(private.search_match[]) from public;
grant execute on function private.search_facets(private.search_match[]) to anon, authenticated, service_role;

-- source: sql/private/search/query/search_matches.sql
-- Helper. Returns the documents that match a query by words, name or meaning, among those with numbers up to as_of that
-- match the filters; 1,000 at most, best first.
--   words    at least 40 % of the best document's BM25 score (any score if the query contains OR), 1,000 at most
--   name     a title or author equal to the query, or with a trigram similarity of 0.5 or more
--   meaning  the 50 documents nearest to the query embedding with a cosine similarity of 0.3 or more
-- The three rankings are merged by reciprocal rank fusion (Cormack, Clarke, Büttcher, SIGIR 2009; k = 60). A document
-- whose name equals the query comes before all others.
-- The first statement loads pg_trgm: otherwise a role without superuser rights could not set its settings below.
select extensions.similarity('', '');

create or replace function private.search_matches(
    parsed private.parsed_search,
    terms private.search_term[],
    query_embedding extensions.vector,
    filters private.search_filters,
    viewer private.viewer,
    as_of integer
)
returns setof private.search_match
language plpgsql stable rows 200 set search_path = ''
set random_page_cost = 1.1 set pg_trgm.similarity_threshold = 0.5 set plan_cache_mode = force_custom_plan
as $$
#variable_conflict use_column
declare
    v_name text := left(private.fold_name(parsed.words), 100);
    v_is_unknown boolean := not exists (select from unnest(terms) as t where not t.is_meant)
        and not exists (select from private.search_names as n where n.is_whole and n.start = v_name);
    v_is_narrowed boolean := num_nonnulls(
        filters.kind, filters.genre, filters.language, filters.year_from, filters.year_to, parsed.phrases
    ) > 0;
    v_share double precision := case when parsed.is_lenient then 0 else 0.4 end;
    v_excluded text[] := private.stems_of(parsed.excluded);
begin
    return query
    with weighed as materialized (
        select p.document, sum(t.idf * p.weight) as weight
        from unnest(terms) as t
        join private.search_postings as p on p.lexeme = t.lexeme and p.document <= as_of
        group by p.document
    ), best as materialized (
        select max(w.weight) as weight from weighed as w
    ), required as materialized (
        select s.stemmer, l.lexeme
        from private.stemmers() as s (stemmer)
        cross join lateral private.lexemes(s.stemmer, array_to_string(parsed.phrases, ' ')) as l
        where parsed.phrases is not null
    ), telling as materialized (
        select w.document, w.weight / b.weight as words
        from best as b
        join weighed as w on w.weight >= v_share * b.weight
    ), worded as materialized (
        select t.document, t.words from telling as t where not v_is_narrowed
        union all
        select t.document, t.words
        from telling as t
        join private.search_documents as d on d.document = t.document
        where
            v_is_narrowed
            and private.matches_filters(d, filters)
            and not exists (
                select
                from required as r
                where
                    r.stemmer = d.stemmer
                    and not exists (
                        select from private.search_postings as p where p.lexeme = r.lexeme and p.document = d.document
                    )
            )
        order by words desc, document
        limit 1000
    ), named as (
        select n.document, 1::real as closeness from private.search_names as n where n.is_whole and n.start = v_name
        union all
        select n.document, extensions.similarity(n.start, v_name)
        from (select w.document from worded as w order by w.words desc, w.document limit 50) as w
        join private.search_names as n on n.document = w.document and n.is_whole
        union all
        select n.document, extensions.similarity(n.start, v_name)
        from private.search_names as n
        where v_is_unknown and n.is_whole and n.start operator(extensions.%) v_name
    ), called as (
        select n.document, max(n.closeness) as closeness
        from named as n
        where n.document <= as_of
        group by n.document
        having max(n.closeness) >= 0.5
    ), meant as (
        select n.document, n.similarity
        from private.nearest_documents(query_embedding, filters, viewer, as_of, 50) as n
        where n.similarity >= 0.3
    ), found as (
        select coalesce(w.document, c.document, m.document) as document, w.words, c.closeness, m.similarity
        from worded as w
        full join called as c on c.document = w.document
        full join meant as m on m.document = coalesce(w.document, c.document)
    ), passing as materialized (
        select private.item_tier(i, viewer) as tier, f.document, d.item_id, f.words, f.closeness, f.similarity, d.popularity
        from found as f
        join private.search_documents as d on d.document = f.document
        join public.items as i on i.id = d.item_id
        where
            private.is_visible_match(d, i, filters, viewer)
            and not exists (
                select from private.search_postings as p where p.lexeme = any(v_excluded) and p.document = d.document
            )
            and not exists (
                select
                from required as r
                where
                    r.stemmer = d.stemmer
                    and not exists (
                        select from private.search_postings as p where p.lexeme = r.lexeme and p.document = d.document
                    )
            )
    ), ranked as (
        select
            p.*,
            row_number() over (order by p.words desc nulls last, p.popularity desc, p.document) as word_rank,
            row_number() over (order by p.closeness desc nulls last, p.popularity desc, p.document) as name_rank,
            row_number() over (order by p.similarity desc nulls last, p.popularity desc, p.document) as meaning_rank
        from passing as p
        where
            parsed.phrases is null and parsed.excluded_phrases is null
            or private.has_phrases(p.item_id, parsed.phrases, parsed.excluded_phrases)
    )
    select
        r.document,
        case when r.words is null then 0 else 1.0::double precision / (60 + r.word_rank) end
        + case when r.closeness is null then 0 else 1.0::double precision / (60 + r.name_rank) end
        + case when r.similarity is null then 0 else 1.0::double precision / (60 + r.meaning_rank) end
        + case when r.closeness = 1 then 3.0::double precision / 61 else 0 end as score,
        r.words::real, r.closeness, r.similarity::real, r.tier
    from ranked as r
    order by score desc, r.document
    limit 1000;
end
$$;
comment on function private.search_matches(
    private.parsed_search, private.search_term[], extensions.vector, private.search_filters, private.viewer, integer
) is 'Returns the documents that match a query by words, name or meaning.';
revoke execute on function private.search_matches(
    private.parsed_search, private.search_term[], extensions.vector, private.search_filters, private.viewer, integer
) from public;
grant execute on function private.search_matches(
    private.parsed_search, private.search_term[], extensions.vector, private.search_filters, private.viewer, integer
) to anon, authenticated, service_role;

-- source: sql/private/search/query/search_results.sql
-- Helper. Returns matches in the form that clients receive, as a JSON array in the given order.
create or replace function private.search_results(matches private.search_match[], lexemes text[]) returns jsonb
language plpgsql stable set search_path = ''
as $$
declare
    v_lexemes tsquery := array_to_string(
        array(select '''' || replace(replace(l, '\', '\\'), '''', '''''') || '''' from unnest(lexemes) as l), ' | '
    );
begin
    return coalesce(jsonb_agg(to_jsonb(r) - 'place' order by r.place), '[]')
    from (
        select
            c.id, c.kind, c.title, c.overview, c.year, c.language, c.image, m.score, m.place, m.similarity,
            array_remove(array[
                case when m.words is not null then 'words' end,
                case when m.closeness is not null then 'name' end,
                case when m.similarity is not null then 'meaning' end
            ], null) as matched,
            private.highlight(d.stemmer, c.title, v_lexemes, true) as title_html,
            private.highlight(d.stemmer, c.overview, v_lexemes, false) as snippet_html
        from unnest(matches) with ordinality
        as m (document, score, words, closeness, similarity, tier, place)
        join private.search_documents as d on d.document = m.document
        cross join lateral (select c.* from public.catalog_items as c where c.id = d.item_id offset 0) as c
    ) as r;
end
$$;
comment on function private.search_results(private.search_match[], text[]) is
'Returns matches in the form that clients receive.';
revoke execute on function private.search_results(private.search_match[], text[]) from public;
grant execute on function private.search_results(private.search_match[], text[]) to anon, authenticated, service_role;

-- source: sql/private/search/query/write_cursor.sql
-- Helper. Encodes where a page of a search ended (keyset cursor) as an opaque token: the search, the number up to which
-- documents were searched, and the score and number of the last match.
create or replace function private.write_cursor(
    search text, as_of integer, score double precision, document integer
)
returns text
language sql immutable set search_path = ''
as $$
    select translate(
        encode(
            convert_to(
                jsonb_build_object('search', search, 'as_of', as_of, 'score', score, 'document', document)::text, 'utf8'
            ),
            'base64'
        ),
        E'+/=\n', '-_'
    )
$$;
comment on function private.write_cursor(text, integer, double precision, integer) is
'Encodes where a page of a search ended as an opaque cursor.';
revoke execute on function private.write_cursor(text, integer, double precision, integer) from public;
grant execute on function private.write_cursor(text, integer, double precision, integer)
to anon, authenticated, service_role;

-- source: sql/private/search/text/fold_name.sql
-- Helper. Returns a name in lower case, without accents, with single spaces instead of punctuation and white space. A
-- name of punctuation alone stays as it is.
create or replace function private.fold_name(name text) returns text
language sql stable set search_path = ''
as $$
    select coalesce(
        nullif(
            btrim(
                regexp_replace(
                    lower(extensions.unaccent('extensions.unaccent'::regdictionary, name)),
                    '[[:punct:][:space:]]+', ' ', 'g'
                )
            ),
            ''
        ),
        lower(btrim(name))
    )
$$;
comment on function private.fold_name(text) is 'Returns a name without case, accents and punctuation.';
revoke execute on function private.fold_name(text) from public;
grant execute on function private.fold_name(text) to anon, authenticated, service_role;

-- source: sql/private/search/text/has_phrases.sql
-- Helper. Returns whether the texts of an item contain all of these phrases, word for word, and none of the excluded
-- ones. Case, accents and punctuation do not matter.
create or replace function private.has_phrases(item_id uuid, phrases text[], excluded text[]) returns boolean
language plpgsql stable set search_path = ''
as $$
declare
    v_text text;
begin
    select ' ' || private.fold_name(
        concat_ws(' ', s.title, s.original_title, array_to_string(s.authors, ' '), s.subtitle, s.overview)
    ) || ' ' into v_text
    from private.search_sources as s
    where s.item_id = has_phrases.item_id;
    return
        (select coalesce(bool_and(strpos(v_text, ' ' || private.fold_name(p) || ' ') > 0), true) from unnest(phrases) as p)
        and not exists (
            select from unnest(excluded) as p where strpos(v_text, ' ' || private.fold_name(p) || ' ') > 0
        );
end
$$;
comment on function private.has_phrases(uuid, text[], text[]) is
'Returns whether an item contains all of these phrases and none of the excluded ones.';
revoke execute on function private.has_phrases(uuid, text[], text[]) from public;
grant execute on function private.has_phrases(uuid, text[], text[]) to anon, authenticated, service_role;

-- source: sql/private/search/text/highlight.sql
-- Helper. Returns a text as HTML: escaped, with the matching words in mark elements. A long text is cut to the passage
-- with most matches, unless is_whole is true.
create or replace function private.highlight(stemmer text, text text, lexemes tsquery, is_whole boolean) returns text
language sql stable set search_path = ''
as $$
    select ts_headline(
        ('private.' || stemmer)::regconfig,
        replace(replace(replace(replace(text, '&', '&amp;'), '<', '&lt;'), '>', '&gt;'), '"', '&quot;'),
        lexemes,
        'StartSel=<mark>, StopSel=</mark>, MinWords=15, MaxWords=35, HighlightAll=' || is_whole
    )
$$;
comment on function private.highlight(text, text, tsquery, boolean) is
'Returns a text as HTML with the matching words highlighted.';
revoke execute on function private.highlight(text, text, tsquery, boolean) from public;
grant execute on function private.highlight(text, text, tsquery, boolean) to anon, authenticated, service_role;

-- source: sql/private/search/text/lexemes.sql
-- Helper. Returns the lexemes of a text (stemmed words without stop words) with their positions. Punctuation separates
-- words. Chinese, Japanese and Korean text, written without spaces, is indexed as bigrams, at positions above 1000.
--   stemmer  the name of a text search configuration in schema private
create or replace function private.lexemes(stemmer text, text text)
returns table (lexeme text, places integer[])
language sql stable rows 50 set search_path = ''
as $$
    select w.lexeme, w.positions::integer[]
    from unnest(
        to_tsvector(
            ('private.' || stemmer)::regconfig,
            regexp_replace(text, '[[:punct:]]+', ' ', 'g')
        )
    ) as w
    union all
    select substr(r.run[1], p.place, 2), array_agg(1000 + p.place)
    from regexp_matches(
        case when text ~ '[\u3040-\u30ff\u3400-\u9fff\uac00-\ud7af\uf900-\ufaff]' then text end,
        '[\u3040-\u30ff\u3400-\u9fff\uac00-\ud7af\uf900-\ufaff]{2,}', 'g'
    ) as r (run)
    cross join lateral generate_series(1, length(r.run[1]) - 1) as p (place)
    group by 1
$$;
comment on function private.lexemes(text, text) is 'Returns the lexemes of a text with their positions.';
revoke execute on function private.lexemes(text, text) from public;
grant execute on function private.lexemes(text, text) to anon, authenticated, service_role;

-- source: sql/private/search/text/similar_words.sql
-- Helper. Returns up to three words of the vocabulary that a misspelt word may stand for, the likeliest first: those
-- with the smallest edit distance, at most 2, or at most 1 for a word of four letters; ties are ordered by trigram
-- similarity. Words of fewer than 4 or more than 30 letters have none.
--   is_begun  the word may be incomplete: prefixes of its length are compared as well
-- The first statement loads pg_trgm: otherwise a role without superuser rights could not set its settings below.
select extensions.similarity('', '');

create or replace function private.similar_words(word text, is_begun boolean default false) returns setof text
language plpgsql stable rows 3 set search_path = '' set pg_trgm.similarity_threshold = 0.25
as $$
#variable_conflict use_column
declare
    v_length integer := length(similar_words.word);
begin
    if v_length not between 4 and 30 then
        return;
    end if;
    return query
    with near as (
        select w.word from private.search_words as w where w.word operator(extensions.%) similar_words.word
        union
        select w.word
        from private.search_words as w
        where is_begun and w.word operator(extensions.%>) similar_words.word
    ), measured as materialized (
        select
            n.word,
            least(
                extensions.levenshtein_less_equal(n.word, similar_words.word, 2),
                case when is_begun then extensions.levenshtein_less_equal(left(n.word, v_length), similar_words.word, 2) end
            ) as distance
        from near as n
    )
    select m.word
    from measured as m
    where
        m.distance <= case when v_length < 5 then 1 else 2 end
        and m.distance = (select min(o.distance) from measured as o)
    order by extensions.similarity(m.word, similar_words.word) desc, m.word
    limit 3;
end
$$;
comment on function private.similar_words(text, boolean) is
'Returns up to three words of the vocabulary that a misspelt word may stand for.';
revoke execute on function private.similar_words(text, boolean) from public;
grant execute on function private.similar_words(text, boolean) to anon, authenticated, service_role;

-- source: sql/private/search/text/spelling_corrections.sql
-- Helper. Returns up to three spelling corrections of a text that is being typed, the likeliest first. Each word that
-- the vocabulary lacks is replaced by a similar one; the last word, which may be incomplete, only if no word of the
-- vocabulary starts with it.
create or replace function private.spelling_corrections(typed text) returns setof text
language sql stable rows 3 set search_path = ''
as $$
    with typed_words as (
        select w.word, w.place, w.place = max(w.place) over () as is_last
        from regexp_split_to_table(typed, ' ') with ordinality as w (word, place)
    ), words as materialized (
        select
            w.place, w.word,
            array(
                select private.similar_words(w.word, w.is_last)
                where not exists (
                    select
                    from private.search_words as k
                    where
                        k.word >= w.word and k.word < w.word || chr(1114111) and (w.is_last or k.word = w.word)
                )
            ) as meant
        from typed_words as w
    )
    select string_agg(coalesce(w.meant[n.rank], w.meant[1], w.word), ' ' order by w.place)
    from words as w
    cross join generate_series(1, 3) as n (rank)
    group by n.rank
    having bool_or(w.meant[n.rank] is not null)
    order by n.rank
$$;
comment on function private.spelling_corrections(text) is
'Returns up to three spelling corrections of a text that is being typed.';
revoke execute on function private.spelling_corrections(text) from public;
grant execute on function private.spelling_corrections(text) to anon, authenticated, service_role;

-- source: sql/private/search/text/stemmer_for.sql
-- Helper. Returns the text search configuration (in schema private) for an ISO 639 language code; simple, which does
-- not stem, if Postgres has no stemmer for the language.
create or replace function private.stemmer_for(language text) returns text
language sql immutable set search_path = ''
as $$
    select coalesce(
        '{
            "en": "english", "fr": "french", "de": "german", "es": "spanish", "it": "italian", "pt": "portuguese",
            "ru": "russian", "hi": "hindi", "ta": "tamil", "nl": "dutch", "da": "danish", "no": "norwegian",
            "nb": "norwegian", "sv": "swedish", "tr": "turkish", "ar": "arabic"
        }'::jsonb ->> language,
        'simple'
    )
$$;
comment on function private.stemmer_for(text) is 'Returns the text search configuration for a language.';
revoke execute on function private.stemmer_for(text) from public;
grant execute on function private.stemmer_for(text) to anon, authenticated, service_role;

-- source: sql/private/search/text/stemmer_of.sql
-- Helper. Returns the text search configuration for a text that is in the item's language or in English, in which much
-- of the catalogue is written: the one of both that leaves fewer words, since it recognises more of them as stop words.
create or replace function private.stemmer_of(language text, text text) returns text
language sql stable set search_path = ''
as $$
    select s.name
    from (values (private.stemmer_for(language), 1), ('english', 2)) as s (name, place)
    order by length(to_tsvector(('private.' || s.name)::regconfig, text)), s.place
    limit 1
$$;
comment on function private.stemmer_of(text, text) is 'Returns the text search configuration that fits a text.';
revoke execute on function private.stemmer_of(text, text) from public;

-- source: sql/private/search/text/stemmers.sql
-- Helper. Returns the text search configurations in use: those of the indexed documents, read by skipping through an
-- index (loose index scan), and always simple and english.
create or replace function private.stemmers() returns setof text
language plpgsql stable rows 4 set search_path = ''
as $$
begin
    return query
    with recursive used (stemmer) as (
        select min(d.stemmer) from private.search_documents as d
        union all
        select (select min(d.stemmer) from private.search_documents as d where d.stemmer > u.stemmer)
        from used as u
        where u.stemmer is not null
    )
    select u.stemmer from used as u where u.stemmer is not null
    union
    values ('simple'), ('english');
end
$$;
comment on function private.stemmers() is 'Returns the text search configurations that queries are parsed with.';
revoke execute on function private.stemmers() from public;
grant execute on function private.stemmers() to anon, authenticated, service_role;

-- source: sql/private/search/text/stems_of.sql
-- Helper. Returns the lexemes of words by every stemmer in use.
create or replace function private.stems_of(words text) returns text[]
language plpgsql stable set search_path = ''
as $$
begin
    if words = '' then
        return '{}';
    end if;
    return array(
        select distinct l.lexeme
        from private.stemmers() as s (stemmer)
        cross join lateral private.lexemes(s.stemmer, words) as l
    );
end
$$;
comment on function private.stems_of(text) is 'Returns the lexemes of words by every stemmer in use.';
revoke execute on function private.stems_of(text) from public;
grant execute on function private.stems_of(text) to anon, authenticated, service_role;

-- source: sql/private/search/vectors/check_embedding.sql
-- Helper. Raises 22023 unless the query embedding has 384 dimensions and a norm of 0.001 to 60,000: beyond it
-- similarities overflow or are NaN, since the indexes hold vectors at half precision.
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
comment on function private.check_embedding(extensions.vector) is
'Raises an error unless the query embedding has 384 dimensions and a usable norm.';
revoke execute on function private.check_embedding(extensions.vector) from public;
grant execute on function private.check_embedding(extensions.vector) to anon, authenticated, service_role;

-- source: sql/private/search/vectors/match_kind.sql
-- Helper. Returns the items of a kind whose embeddings are most similar to the query embedding: the common code of
-- match_movies, match_books and match_content. Raises 22023 if a parameter is missing or out of range.
create or replace function private.match_kind(
    query_embedding extensions.vector, match_threshold double precision, match_count integer, kind text
)
returns setof public.matched_item
language plpgsql stable rows 20 set search_path = ''
as $$
#variable_conflict use_column
declare
    v_threshold double precision := coalesce(match_threshold, 0.4);
    v_count integer := coalesce(match_count, 12);
    v_viewer private.viewer := private.current_viewer();
begin
    perform private.check_embedding(query_embedding);
    perform private.check_range('match_threshold', v_threshold, 0, 1);
    perform private.check_range('match_count', v_count, 1, 200);
    perform private.check_kind(match_kind.kind);
    return query
    select c.id, c.kind, c.title, c.overview, c.year, c.language, c.image, n.similarity
    from private.nearest(query_embedding, coalesce(match_kind.kind, 'movie'), v_count, v_viewer) as n
    join public.catalog_items as c on c.id = n.item_id
    where n.similarity >= v_threshold
    order by n.similarity desc, c.id;
end
$$;
comment on function private.match_kind(extensions.vector, double precision, integer, text) is
'Returns the items of a kind whose embeddings are most similar to a query embedding.';
revoke execute on function private.match_kind(extensions.vector, double precision, integer, text) from public;
grant execute on function private.match_kind(extensions.vector, double precision, integer, text)
to anon, authenticated, service_role;

-- source: sql/private/search/vectors/nearest.sql
-- Helper. Returns the items of a kind nearest to a vector that the viewer may see (null: all items), best first. It is
-- planned at each call, so that the HNSW index of this kind is used; the index is scanned until enough visible items
-- are found. The index stores vectors at half precision and is read in relaxed order, so 10 candidates more than
-- requested are read and sorted by their stored full-precision vectors.
-- The first statement loads pgvector: otherwise a role without superuser rights could not set its settings below.
select '[0]'::extensions.vector;

create or replace function private.nearest(
    query_embedding extensions.vector, kind text, count integer, viewer private.viewer default null
)
returns table (item_id uuid, similarity double precision)
language plpgsql stable rows 20 set search_path = '' set hnsw.ef_search = 240
set hnsw.iterative_scan = relaxed_order set hnsw.max_scan_tuples = 200000 set hnsw.scan_mem_multiplier = 16
set plan_cache_mode = force_custom_plan
as $$
#variable_conflict use_column
begin
    return query
    with near as materialized (
        select e.item_id, e.embedding
        from public.item_embeddings as e
        where
            e.kind = nearest.kind
            and (select private.is_available(i, viewer) from public.items as i where i.id = e.item_id)
        order by
            e.embedding::extensions.halfvec(384)
            operator(extensions.<=>) nearest.query_embedding::extensions.halfvec(384)
        limit nearest.count + 10
    ), measured as (
        select n.item_id, n.embedding operator(extensions.<=>) nearest.query_embedding as distance from near as n
    )
    select m.item_id, 1 - m.distance
    from measured as m
    order by m.distance, m.item_id
    limit nearest.count;
end
$$;
comment on function private.nearest(extensions.vector, text, integer, private.viewer) is
'Returns the items of a kind nearest to a vector, by cosine similarity.';
revoke execute on function private.nearest(extensions.vector, text, integer, private.viewer) from public;
grant execute on function private.nearest(extensions.vector, text, integer, private.viewer)
to anon, authenticated, service_role;

-- source: sql/private/search/vectors/nearest_by_index.sql
-- Helper. Returns the documents of a kind nearest to the query embedding that match the filters, by an iterative scan
-- of the kind's HNSW index until enough match. The index stores vectors at half precision, so 10 more than requested
-- are read and sorted by their stored full-precision vectors. It is planned at each call, so that the index of this
-- kind is used.
-- The first statement loads pgvector: otherwise a role without superuser rights could not set its settings below.
select '[0]'::extensions.vector;

create or replace function private.nearest_by_index(
    query_embedding extensions.vector,
    kind text,
    filters private.search_filters,
    viewer private.viewer,
    as_of integer,
    count integer
)
returns table (document integer, similarity double precision)
language plpgsql stable rows 100 set search_path = ''
set hnsw.ef_search = 180 set hnsw.iterative_scan = strict_order set hnsw.max_scan_tuples = 200000
set hnsw.scan_mem_multiplier = 16
set plan_cache_mode = force_custom_plan
as $$
#variable_conflict use_column
begin
    return query
    with near as materialized (
        select d.document, e.embedding
        from public.item_embeddings as e
        join private.search_documents as d on d.item_id = e.item_id
        join public.items as i on i.id = e.item_id
        where e.kind = nearest_by_index.kind and d.document <= as_of and private.is_visible_match(d, i, filters, viewer)
        order by
            e.embedding::extensions.halfvec(384)
            operator(extensions.<=>) query_embedding::extensions.halfvec(384)
        limit nearest_by_index.count + 10
    ), measured as (
        select n.document, n.embedding operator(extensions.<=>) query_embedding as distance from near as n
    )
    select m.document, 1 - m.distance
    from measured as m
    order by m.distance, m.document
    limit nearest_by_index.count;
end
$$;
comment on function private.nearest_by_index(
    extensions.vector, text, private.search_filters, private.viewer, integer, integer
) is 'Returns the nearest documents of a kind that match the filters, from the HNSW index.';
revoke execute on function private.nearest_by_index(
    extensions.vector, text, private.search_filters, private.viewer, integer, integer
) from public;
grant execute on function private.nearest_by_index(
    extensions.vector, text, private.search_filters, private.viewer, integer, integer
) to anon, authenticated, service_role;

-- source: sql/private/search/vectors/nearest_documents.sql
-- Helper. Returns the documents nearest to the query embedding that match the filters. Each kind is searched
-- separately, because one may have many matches and another few.
create or replace function private.nearest_documents(
    query_embedding extensions.vector,
    filters private.search_filters,
    viewer private.viewer,
    as_of integer,
    count integer
)
returns table (document integer, similarity double precision)
language sql stable rows 100 set search_path = ''
as $$
    select n.document, n.similarity
    from unnest(array['movie', 'tv_show', 'sports', 'book']) as k (kind)
    cross join lateral private.nearest_filtered(
        query_embedding, k.kind, filters, viewer, as_of, nearest_documents.count
    ) as n
    where query_embedding is not null and (filters.kind is null or filters.kind = k.kind)
    order by n.similarity desc, n.document
    limit nearest_documents.count
$$;
comment on function private.nearest_documents(
    extensions.vector, private.search_filters, private.viewer, integer, integer
) is 'Returns the documents nearest to a query embedding that match the filters.';
revoke execute on function private.nearest_documents(
    extensions.vector, private.search_filters, private.viewer, integer, integer
) from public;
grant execute on function private.nearest_documents(
    extensions.vector, private.search_filters, private.viewer, integer, integer
) to anon, authenticated, service_role;

-- source: sql/private/search/vectors/nearest_filtered.sql
-- Helper. Returns the documents of a kind nearest to the query embedding that match the filters. If at most 8,000
-- documents match the filters, all are compared exactly (pre-filtering), and visibility is checked from the nearest on.
-- If more match, or without filters, the HNSW index is scanned and the filters are checked on each result
-- (post-filtering). A sample of 2 % of the documents, always the same one, estimates the number of matches, so that
-- large numbers are not counted.
create or replace function private.nearest_filtered(
    query_embedding extensions.vector,
    kind text,
    filters private.search_filters,
    viewer private.viewer,
    as_of integer,
    count integer
)
returns table (document integer, similarity double precision)
language plpgsql stable rows 100 set search_path = '' set random_page_cost = 1.1 set plan_cache_mode = force_custom_plan
as $$
#variable_conflict use_column
declare
    v_few constant integer := 8000;
    v_sampled integer;
    v_items uuid[];
begin
    if num_nonnulls(filters.genre, filters.language, filters.year_from, filters.year_to, filters.tier) > 0 then
        v_sampled := (
            select count(*)
            from private.search_documents as d tablesample system (2) repeatable (0)
            where d.kind = nearest_filtered.kind and private.matches_filters(d, filters)
        );
    end if;
    if v_sampled * 50 <= v_few * 1.5 then
        v_items := array(
            select d.item_id
            from private.search_documents as d
            where d.kind = nearest_filtered.kind and d.document <= as_of and private.matches_filters(d, filters)
            limit v_few + 1
        );
    end if;
    if cardinality(v_items) <= v_few then
        return query
        select f.document, f.similarity
        from (
            select
                m.item_id, m.similarity,
                (
                    select d.document
                    from private.search_documents as d
                    join public.items as i on i.id = d.item_id
                    where d.item_id = m.item_id and private.is_visible_match(d, i, filters, viewer)
                ) as document
            from (
                select e.item_id, 1 - (e.embedding operator(extensions.<=>) query_embedding) as similarity
                from public.item_embeddings as e
                where e.item_id = any(v_items)
                order by similarity desc, e.item_id
                offset 0
            ) as m
            order by m.similarity desc, m.item_id
            offset 0
        ) as f
        where f.document is not null
        order by f.similarity desc, f.item_id
        limit nearest_filtered.count;
    else
        return query
        select n.document, n.similarity
        from private.nearest_by_index(
            query_embedding, nearest_filtered.kind, filters, viewer, as_of, nearest_filtered.count
        ) as n;
    end if;
end
$$;
comment on function private.nearest_filtered(
    extensions.vector, text, private.search_filters, private.viewer, integer, integer
) is 'Returns the documents of a kind nearest to a query embedding that match the filters.';
revoke execute on function private.nearest_filtered(
    extensions.vector, text, private.search_filters, private.viewer, integer, integer
) from public;
grant execute on function private.nearest_filtered(
    extensions.vector, text, private.search_filters, private.viewer, integer, integer
) to anon, authenticated, service_role;

-- source: sql/private/catalog/availability/is_available.sql
-- Helper. Returns whether lists may show the item to this viewer: the viewer's age permits it, and, if
-- item_availability has rows for it, one of them is valid now in the viewer's country. True for a viewer that is all
-- null (the service).
-- The tier is ignored: lists also show what premium would add; playback checks the tier.
-- The query planner inlines it: an item without rows costs two comparisons.
create or replace function private.is_available(item public.items, viewer private.viewer) returns boolean
language sql stable
return private.fits_age(item, viewer)
and (not item.is_restricted or viewer.tier is null or private.is_offered(item.id, viewer.country));
comment on function private.is_available(public.items, private.viewer) is
'Whether lists may show the item to this viewer.';
revoke execute on function private.is_available(public.items, private.viewer) from public;
grant execute on function private.is_available(public.items, private.viewer) to anon, authenticated, service_role;

-- source: sql/private/catalog/availability/item_tier.sql
-- Helper. Returns the tier needed to play an item now in the viewer's country: free or premium.
create or replace function private.item_tier(item public.items, viewer private.viewer) returns text
language sql stable
return case
    when not item.is_restricted or private.is_offered(item.id, viewer.country, 'free') then 'free' else 'premium'
end;
comment on function private.item_tier(public.items, private.viewer) is
'Returns the tier needed to play an item: free or premium.';
revoke execute on function private.item_tier(public.items, private.viewer) from public;
grant execute on function private.item_tier(public.items, private.viewer) to anon, authenticated, service_role;

-- source: sql/private/identity/ages/fits_age.sql
-- Helper. Returns whether the viewer's age permits the item: always if the viewer has no age limit, else if the minimum
-- age is not above the viewer's age; an unrated item, only if the viewer sees unrated items.
-- The query planner inlines it.
create or replace function private.fits_age(item public.items, viewer private.viewer) returns boolean
language sql stable
return viewer.age is null or coalesce(item.minimum_age <= viewer.age, viewer.shows_unrated, false);
comment on function private.fits_age(public.items, private.viewer) is 'Whether the viewer''s age permits the item.';
revoke execute on function private.fits_age(public.items, private.viewer) from public;
grant execute on function private.fits_age(public.items, private.viewer) to anon, authenticated, service_role;

-- source: sql/private/platform/request/request_header.sql
-- Helper. Returns a header of the current request by its lower-case name; null if it was not sent or there is no
-- request. Never raises.
create or replace function private.request_header(name text) returns text
language sql stable
return nullif(current_setting('request.headers', true), '')::json ->> name;
comment on function private.request_header(text) is 'A header of the request; null if it was not sent.';
revoke execute on function private.request_header(text) from public;
grant execute on function private.request_header(text) to anon, authenticated, service_role;

-- source: sql/private/platform/validation/are_language_codes.sql
-- Helper. Returns whether this is a one-dimensional array of up to 20 ISO 639 codes. Null for null.
create or replace function private.are_language_codes(codes text[]) returns boolean
language sql immutable parallel safe
return cardinality(codes) <= 20
and coalesce(array_ndims(codes), 1) = 1
and not exists (
    select
    from unnest(codes) as c (code)
    where c.code is null or c.code !~ '^[a-z]{2,3}$'
);
comment on function private.are_language_codes(text[]) is 'Whether this is an array of up to 20 ISO 639 codes.';
revoke execute on function private.are_language_codes(text[]) from public;
grant execute on function private.are_language_codes(text[]) to anon, authenticated, service_role;

-- source: sql/private/platform/validation/confusable_form.sql
-- Helper. Reduces a name to its visual form, ignoring differences of look-alike letters of other scripts, full-width
-- and mathematical letters, accents, case, digits used as letters, and separators. Two names with the same skeleton can
-- be mistaken for each other (after Unicode Technical Standard 39, limited to characters that commonly imitate names).
create or replace function private.confusable_form(name text) returns text
language sql immutable parallel safe
return replace(
    replace(
        regexp_replace(
            lower(
                translate(
                    regexp_replace(normalize(normalize(name, nfkc), nfd), '[\u0300-\u036f]', '', 'g'),
                    -- Cyrillic, Greek, Armenian, other Latin, Lisu, Cherokee, letters in circles, squares and flags, digits
                    -- and signs; i, I, 1 and l become l.
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
comment on function private.confusable_form(text) is 'The visual form of a name: names with equal skeletons look alike.';
revoke execute on function private.confusable_form(text) from public;
grant execute on function private.confusable_form(text) to anon, authenticated, service_role;

-- source: sql/private/platform/validation/is_own_path.sql
-- Helper. Returns whether this is the path of a file in the account's own folder, such as 5d3c…/me.png. Each segment
-- contains a letter, a digit or an underscore, so that none is empty, . or ..; no character has a meaning in a URL
-- path. Null for null.
create or replace function private.is_own_path(path text, account_id uuid) returns boolean
language sql immutable parallel safe
return length(path) <= 300
and starts_with(path, account_id::text || '/')
and path ~ '^[0-9a-f-]{36}(/[A-Za-z0-9_.!()''&$@=+, -]*[A-Za-z0-9_][A-Za-z0-9_.!()''&$@=+, -]*)+$';
comment on function private.is_own_path(text, uuid) is 'Whether this is a path in the account''s own folder.';
revoke execute on function private.is_own_path(text, uuid) from public;
grant execute on function private.is_own_path(text, uuid) to anon, authenticated, service_role;

-- source: sql/private/platform/validation/is_small_json.sql
-- Helper. Returns whether this is a JSON object of at most `most` bytes of text and 8 levels. Null for null.
create or replace function private.is_small_json(value jsonb, most integer) returns boolean
language sql immutable parallel safe
return case
    when value is null then null
    when jsonb_typeof(value) <> 'object' or octet_length(value::text) > most then false
    else not jsonb_path_exists(value, 'strict $.**{9 to last}')
end;
comment on function private.is_small_json(jsonb, integer) is
'Whether this is a JSON object of at most `most` bytes and 8 levels.';
revoke execute on function private.is_small_json(jsonb, integer) from public;
grant execute on function private.is_small_json(jsonb, integer) to anon, authenticated, service_role;

-- source: sql/private/recommend/lists/level_factor.sql
-- Helper. Returns the factor by which lists multiply an item's score, by how well the item's language suits the rater's
-- level in it. It is always 1 so far: learners' levels do not exist yet.
create or replace function private.level_factor(item_id uuid, rater_id uuid) returns real
language sql stable
return 1::real;
comment on function private.level_factor(uuid, uuid) is
'Returns a factor for how well an item suits a rater''s language level; always 1 so far.';
revoke execute on function private.level_factor(uuid, uuid) from public;
grant execute on function private.level_factor(uuid, uuid) to anon, authenticated, service_role;

-- source: sql/private/search/query/is_visible_match.sql
-- Helper. Returns whether a document matches all filters and the viewer may see its item. The planner inlines it.
create or replace function private.is_visible_match(
    found private.search_documents, item public.items, filters private.search_filters, viewer private.viewer
)
returns boolean
language sql stable
return private.is_available(item, viewer)
and private.matches_filters(found, filters)
and (filters.tier is null or filters.tier = private.item_tier(item, viewer));
comment on function private.is_visible_match(private.search_documents, public.items, private.search_filters, private.viewer) is
'Returns whether a document matches all filters and the viewer may see its item.';
revoke execute on function private.is_visible_match(
    private.search_documents, public.items, private.search_filters, private.viewer
) from public;
grant execute on function private.is_visible_match(
    private.search_documents, public.items, private.search_filters, private.viewer
) to anon, authenticated, service_role;

-- source: sql/private/search/query/matches_filters.sql
-- Helper. Returns whether a document matches all filters except the tier, which depends on the viewer. The planner
-- inlines it.
create or replace function private.matches_filters(found private.search_documents, filters private.search_filters) returns boolean
language sql stable
return (filters.kind is null or found.kind = filters.kind)
and (filters.genre is null or found.genres @> array[filters.genre])
and (filters.language is null or found.language = filters.language)
and (filters.year_from is null or found.year >= filters.year_from)
and (filters.year_to is null or found.year <= filters.year_to);
comment on function private.matches_filters(private.search_documents, private.search_filters) is
'Returns whether a document matches all filters except the tier.';
revoke execute on function private.matches_filters(private.search_documents, private.search_filters) from public;
grant execute on function private.matches_filters(private.search_documents, private.search_filters)
to anon, authenticated, service_role;

-- source: sql/triggers/accounts.sql
-- Accounts: updated_at is set, the time zone is checked, reserved names are refused, and a kids profile changes
-- nothing. Each check constraint of a column that clients write has a trigger that refuses invalid values with a
-- sentence first (sql/lint/client_values.sql finds constraints without one).
create or replace trigger touch
before update on public.accounts
for each row execute function private.touch();

create or replace trigger check_time_zone
before update of time_zone on public.accounts
for each row when (new.time_zone is distinct from old.time_zone) execute function private.check_time_zone();

create or replace trigger refuse_kids
before update on public.accounts
for each statement execute function private.refuse_kids();

create or replace trigger refuse_display_name
before insert or update on public.accounts
for each row when (not private.is_plain_text(new.display_name, 100))
execute function private.refuse_value(
    'accounts_display_name_plain', 'display_name',
    'display_name must have 1 to 100 characters, at least one visible, no invisible ones and no direction marks'
);

create or replace trigger refuse_username
before insert or update on public.accounts
for each row when (new.username::text !~ '^[A-Za-z0-9_]{3,30}$')
execute function private.refuse_value(
    'accounts_username_form', 'username', 'username must have 3 to 30 characters of A-Z, a-z, 0-9 and _'
);

create or replace trigger refuse_locale
before insert or update on public.accounts
for each row when (length(new.locale) > 35 or new.locale !~ '^[a-z]{2,3}(-[A-Za-z0-9]{2,8})*$')
execute function private.refuse_value(
    'accounts_locale_form', 'locale', 'locale must be a BCP 47 tag of up to 35 characters, such as hi or pt-BR'
);

create or replace trigger refuse_time_zone
before insert or update on public.accounts
for each row when (new.time_zone !~ '^[A-Za-z0-9_+/-]{1,60}$')
execute function private.refuse_value(
    'accounts_time_zone_form', 'time_zone', 'time_zone must be an IANA name such as Europe/Paris'
);

create or replace trigger refuse_country
before insert or update on public.accounts
for each row when (new.country !~ '^[A-Z]{2}$')
execute function private.refuse_value(
    'accounts_country_code', 'country', 'country must be two capital letters (ISO 3166), such as IN'
);

create or replace trigger refuse_reserved_display_name
before update of display_name on public.accounts
for each row when (new.display_name is distinct from old.display_name)
execute function private.refuse_reserved_name('display_name');

create or replace trigger refuse_reserved_username
before update of username on public.accounts
for each row when (new.username is distinct from old.username)
execute function private.refuse_reserved_name('username');

-- source: sql/triggers/audit_log.sql
-- The audit log is append-only. private.make_partitions adds the truncate trigger to each new partition.
create or replace trigger append_only
before update or delete on private.audit_log
for each row execute function private.refuse_change();

create or replace trigger append_only_whole
before truncate on private.audit_log
for each statement execute function private.refuse_change();

create or replace trigger append_only_whole
before truncate on private.audit_log_default
for each statement execute function private.refuse_change();

-- source: sql/triggers/auth_identities.sql
-- Linked identities cannot change while a session of the user is in kids mode.
create or replace trigger keep_sign_in
before insert on auth.identities
for each row execute function private.guard_sign_in();

create or replace trigger keep_sign_in_removed
before delete on auth.identities
for each row execute function private.guard_sign_in();

-- Auth updates other columns at each sign-in.
create or replace trigger keep_sign_in_changed
before update on auth.identities
for each row when (
    (old.user_id, old.provider, old.provider_id) is distinct from (new.user_id, new.provider, new.provider_id)
)
execute function private.guard_sign_in();

-- source: sql/triggers/auth_mfa_factors.sql
-- Second factors cannot change while a session of the user is in kids mode.
create or replace trigger keep_sign_in
before insert on auth.mfa_factors
for each row execute function private.guard_sign_in();

-- When a factor is used, Auth updates other columns and deletes factors that were never verified.
create or replace trigger keep_sign_in_removed
before delete on auth.mfa_factors
for each row when (old.status = 'verified') execute function private.guard_sign_in();

create or replace trigger keep_sign_in_changed
before update on auth.mfa_factors
for each row when (
    (old.user_id, old.factor_type, old.status, old.secret, old.phone)
    is distinct from (new.user_id, new.factor_type, new.status, new.secret, new.phone)
)
execute function private.guard_sign_in();

-- source: sql/triggers/auth_users.sql
-- Auth users. A new user gets an account and a default profile; accounts.email follows a changed address; the ratings
-- of an anonymous user count once the user is permanent; a deletion, hard or soft, also deletes rows that cascades do
-- not reach; credentials cannot change while a session is in kids mode; user metadata has a limit.
create or replace trigger create_account
after insert on auth.users
for each row execute function private.create_account();

create or replace trigger mirror_email
after update of email on auth.users
for each row when (old.email is distinct from new.email) execute function private.mirror_email();

create or replace trigger count_user
after update of is_anonymous on auth.users
for each row when (old.is_anonymous is distinct from new.is_anonymous) execute function private.count_user();

create or replace trigger forget_user
before delete on auth.users
for each row execute function private.delete_user_data();

create or replace trigger forget_soft
after update of deleted_at on auth.users
for each row when (old.deleted_at is null and new.deleted_at is not null) execute function private.delete_user_data();

create or replace trigger keep_kids_mode
before update of encrypted_password, email, phone, email_change, phone_change on auth.users
for each row when (
    (old.encrypted_password, old.email, old.phone, old.email_change, old.phone_change)
    is distinct from (new.encrypted_password, new.email, new.phone, new.email_change, new.phone_change)
)
execute function private.guard_kids_mode();

create or replace trigger limit_user_metadata
before insert on auth.users
for each row execute function private.limit_user_metadata();

create or replace trigger limit_new_user_metadata
before update of raw_user_meta_data on auth.users
for each row when (new.raw_user_meta_data is distinct from old.raw_user_meta_data)
execute function private.limit_user_metadata();

-- source: sql/triggers/books.sql
-- Books: triggers create, update and delete the row of items, set updated_at, enqueue an embedding when the text
-- changes, and update the search index.
create or replace trigger create_item
before insert on public.books
for each row execute function private.create_item();

create or replace trigger delete_item
after delete on public.books
for each row execute function private.create_item();

create or replace trigger touch
before update on public.books
for each row execute function private.touch();

create or replace trigger enqueue_inserted
after insert on public.books referencing new table as changed_rows
for each statement execute function private.enqueue_embeddings();

create or replace trigger enqueue_updated
after update on public.books referencing new table as changed_rows
for each statement execute function private.enqueue_embeddings();

create or replace trigger describe_inserted
after insert on public.books referencing new table as changed_rows
for each statement execute function private.describe_items();

create or replace trigger describe_updated
after update on public.books referencing new table as changed_rows
for each statement execute function private.describe_items();

create or replace trigger index_inserted
after insert on public.books referencing new table as changed_rows
for each statement execute function private.index_changed('id');

create or replace trigger index_updated
after update on public.books referencing new table as changed_rows
for each statement execute function private.index_changed('id');

-- source: sql/triggers/consents.sql
-- Consents: rows that clients write are counted against limits and the account's quota; a kids profile adds none;
-- invalid values are refused with a sentence.
create or replace trigger refuse_kids
before insert on public.consents
for each statement execute function private.refuse_kids();

create or replace trigger admit_inserted
after insert on public.consents referencing new table as changed_rows
for each statement execute function private.count_rows();

create or replace trigger limit_consents
after insert on public.consents referencing new table as changed_rows
for each statement execute function private.limit_consents();

create or replace trigger refuse_purpose
before insert on public.consents
for each row when (new.purpose !~ '^[a-z][a-z0-9_]{0,49}$')
execute function private.refuse_value(
    'consents_purpose_form', 'purpose', 'purpose must be one of consent_purposes'
);

create or replace trigger refuse_document_version
before insert on public.consents
for each row when (not private.is_plain_text(new.document_version, 50))
execute function private.refuse_value(
    'consents_version_plain', 'document_version',
    'document_version must have 1 to 50 characters, at least one visible and no invisible ones'
);

-- source: sql/triggers/content.sql
-- Content: triggers create, update and delete the row of items, set updated_at, enqueue an embedding when the text
-- changes, and update the search index.
create or replace trigger create_item
before insert on public.content
for each row execute function private.create_item();

create or replace trigger delete_item
after delete on public.content
for each row execute function private.create_item();

create or replace trigger touch
before update on public.content
for each row execute function private.touch();

create or replace trigger enqueue_inserted
after insert on public.content referencing new table as changed_rows
for each statement execute function private.enqueue_embeddings();

create or replace trigger enqueue_updated
after update on public.content referencing new table as changed_rows
for each statement execute function private.enqueue_embeddings();

create or replace trigger describe_inserted
after insert on public.content referencing new table as changed_rows
for each statement execute function private.describe_items();

create or replace trigger describe_updated
after update on public.content referencing new table as changed_rows
for each statement execute function private.describe_items();

create or replace trigger index_inserted
after insert on public.content referencing new table as changed_rows
for each statement execute function private.index_changed('id');

create or replace trigger index_updated
after update on public.content referencing new table as changed_rows
for each statement execute function private.index_changed('id');

-- source: sql/triggers/genres.sql
-- Genres: the search index follows a changed name.
create or replace trigger index_updated
after update on public.genres referencing new table as changed_rows
for each statement execute function private.index_changed('genre_id');

-- source: sql/triggers/interactions.sql
-- Interactions: rows that clients write are counted against limits and the account's quota; changes are noted for
-- published figures.
create or replace trigger hold_rows
before insert on public.interactions
for each statement execute function private.hold_rows();

create or replace trigger admit_inserted
after insert on public.interactions referencing new table as changed_rows
for each statement execute function private.count_rows();

create or replace trigger note_inserted
after insert on public.interactions referencing new table as new_rows
for each statement execute function private.note_interactions();

create or replace trigger limit_interactions
after insert on public.interactions referencing new table as changed_rows
for each statement execute function private.limit_interactions();

-- source: sql/triggers/item_availability.sql
-- Sets items.is_restricted when rows of an item change.
create or replace trigger mark_inserted
after insert on public.item_availability referencing new table as changed_rows
for each statement execute function private.mark_restricted();

create or replace trigger mark_updated_from
after update on public.item_availability referencing old table as changed_rows
for each statement execute function private.mark_restricted();

create or replace trigger mark_updated_to
after update on public.item_availability referencing new table as changed_rows
for each statement execute function private.mark_restricted();

create or replace trigger mark_deleted
after delete on public.item_availability referencing old table as changed_rows
for each statement execute function private.mark_restricted();

-- source: sql/triggers/item_genres.sql
-- Genres of items: the search index follows.
create or replace trigger index_inserted
after insert on public.item_genres referencing new table as changed_rows
for each statement execute function private.index_changed('item_id');

create or replace trigger index_updated_from
after update on public.item_genres referencing old table as changed_rows
for each statement execute function private.index_changed('item_id');

create or replace trigger index_updated_to
after update on public.item_genres referencing new table as changed_rows
for each statement execute function private.index_changed('item_id');

create or replace trigger index_deleted
after delete on public.item_genres referencing old table as changed_rows
for each statement execute function private.index_changed('item_id');

-- source: sql/triggers/item_tags.sql
-- Tags of items: the search index follows.
create or replace trigger index_inserted
after insert on public.item_tags referencing new table as changed_rows
for each statement execute function private.index_changed('item_id');

create or replace trigger index_updated_from
after update on public.item_tags referencing old table as changed_rows
for each statement execute function private.index_changed('item_id');

create or replace trigger index_updated_to
after update on public.item_tags referencing new table as changed_rows
for each statement execute function private.index_changed('item_id');

create or replace trigger index_deleted
after delete on public.item_tags referencing old table as changed_rows
for each statement execute function private.index_changed('item_id');

-- source: sql/triggers/items.sql
-- Copies a changed language to the item's trends.
create or replace trigger trend_language
after update of language on public.items
for each row when (old.language is distinct from new.language) execute function private.trend_language();

-- source: sql/triggers/kids_sessions.sql
-- Sessions in kids mode: the age rule that a transaction keeps is computed again after a change.
create or replace trigger forget_age_rule
after insert or update or delete on private.kids_sessions
for each statement execute function private.reset_age_rule();

-- source: sql/triggers/profiles.sql
-- Profiles: an account has at least one, at most its tier's limit, and one default; each has a rater, and its ratings
-- remain under a new pseudonym when it is deleted; a kids profile changes only its own harmless fields; the published
-- picture follows avatar_path; invalid values are refused with a sentence.
create or replace trigger touch
before update on public.profiles
for each row execute function private.touch();

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

create or replace trigger unname_ratings
before delete on public.profiles
for each row execute function private.pseudonymise_ratings();

create or replace trigger end_kids_sessions
before delete on public.profiles
for each row execute function private.end_kids_sessions();

create or replace trigger forget_age_rule
after insert or update or delete on public.profiles
for each statement execute function private.reset_age_rule();

create or replace trigger hold_rows
before insert or update or delete on public.profiles
for each statement execute function private.hold_rows();

create or replace trigger admit_inserted
after insert on public.profiles referencing new table as changed_rows
for each statement execute function private.count_rows();

create or replace trigger admit_deleted
after delete on public.profiles referencing old table as changed_rows
for each statement execute function private.count_rows();

create or replace trigger enqueue_portraits
after insert or update of avatar_path on public.profiles
for each row when (new.avatar_path is not null or new.portrait_path is not null)
execute function private.enqueue_portraits();

create or replace trigger enqueue_portraits_without
after delete on public.profiles
for each row when (old.portrait_path is not null) execute function private.enqueue_portraits();

create or replace trigger refuse_name
before insert or update on public.profiles
for each row when (not private.is_plain_text(new.name, 100))
execute function private.refuse_value(
    'profiles_name_plain', 'name',
    'name must have 1 to 100 characters, at least one visible, no invisible ones and no direction marks'
);

create or replace trigger refuse_avatar_path
before insert or update on public.profiles
for each row when (not private.is_own_path(new.avatar_path, new.account_id))
execute function private.refuse_value(
    'profiles_avatar_path_own', 'avatar_path',
    'avatar_path must be a path of up to 300 characters in the folder named by your user id, such as <id>/me.png'
);

create or replace trigger refuse_maturity_rating
before insert or update on public.profiles
for each row when (new.maturity_rating not in ('G', 'PG', 'PG-13', 'R', 'NC-17'))
execute function private.refuse_value(
    'profiles_maturity_known', 'maturity_rating', 'maturity_rating must be G, PG, PG-13, R or NC-17'
);

create or replace trigger refuse_language_preference
before insert or update on public.profiles
for each row when (new.language_preference !~ '^[a-z]{2,3}$')
execute function private.refuse_value(
    'profiles_language_code', 'language_preference',
    'language_preference must be two or three lower-case letters (ISO 639), such as en'
);

create or replace trigger refuse_learning_languages
before insert or update on public.profiles
for each row when (not private.are_language_codes(new.learning_languages))
execute function private.refuse_value(
    'profiles_learning_languages_codes', 'learning_languages',
    'learning_languages must be a list of up to 20 codes of two or three lower-case letters (ISO 639)'
);

create or replace trigger refuse_preferences
before insert or update on public.profiles
for each row when (not private.is_small_json(new.preferences, 16000))
execute function private.refuse_value(
    'profiles_preferences_small', 'preferences',
    'preferences must be a JSON object of up to 16,000 bytes and 8 levels'
);

-- source: sql/triggers/rate_limits.sql
-- The REST server reloads the limits after a change.
create or replace trigger reload
after insert or update or delete or truncate on private.rate_limits
for each statement execute function private.reload_rate_limits();

-- source: sql/triggers/raters.sql
-- Raters: counts follow when a rater begins or ceases to be counted; ratings are limited by the account's quota.
create or replace trigger count_rater
after update of is_counted on public.raters
for each row when (old.is_counted is distinct from new.is_counted) execute function private.count_rater();

create or replace trigger limit_ratings
before update of rating_count on public.raters
for each row when (new.profile_id is not null and new.rating_count > old.rating_count)
execute function private.limit_ratings();

-- source: sql/triggers/ratings.sql
-- Ratings: rows that clients write are counted against limits and must name items that the caller may see; counts,
-- published figures and neighbours follow every change.
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

-- updated_at is kept when ratings move to another pseudonym, and when the service sets it; clients may not.
create or replace trigger touch
before update on public.ratings
for each row when (old.rater_id = new.rater_id and old.updated_at = new.updated_at) execute function private.touch();

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

create or replace trigger refuse_rating
before insert or update on public.ratings
for each row when (not (new.rating between 0.5 and 5.0 and new.rating * 2 = floor(new.rating * 2)))
execute function private.refuse_value(
    'ratings_half_steps', 'rating', 'rating must be 0.5 to 5.0 in half steps'
);

-- source: sql/triggers/search_documents.sql
-- Search documents: the words of a deleted document are deleted.
create or replace trigger forget_words
after delete on private.search_documents referencing old table as changed_rows
for each statement execute function private.delete_words();

-- source: sql/triggers/storage_objects.sql
-- Files: enforces the rules of buckets and the accounts' quotas, and enqueues the publication of pictures. Row
-- triggers, because an upload is one row.
create or replace trigger check_file
before insert or update on storage.objects
for each row execute function private.check_file();

create or replace trigger count_files
after insert or update or delete on storage.objects
for each row execute function private.count_files();

create or replace trigger enqueue_portraits
after insert or update or delete on storage.objects
for each row execute function private.enqueue_portraits();

-- source: sql/triggers/subscriptions.sql
-- Subscriptions: updated_at is set.
create or replace trigger touch
before update on public.subscriptions
for each row execute function private.touch();

-- source: sql/triggers/user_roles.sql
-- Roles: each change is written to the audit log.
create or replace trigger audit_role
after insert or delete on private.user_roles
for each row execute function private.audit_role();

-- source: sql/access/account_deletions.sql
-- Users read when their account will be erased; delete_my_account and cancel_account_deletion write the rows.
alter table public.account_deletions enable row level security;
revoke all on public.account_deletions from anon, authenticated;
grant select on public.account_deletions to authenticated;
grant all on public.account_deletions to service_role;

drop policy if exists account_deletions_select_own on public.account_deletions;
create policy account_deletions_select_own on public.account_deletions
for select to authenticated
using (account_id = (select auth.uid()));
comment on policy account_deletions_select_own on public.account_deletions is
'Users read when their account will be erased.';

-- source: sql/access/account_pins.sql
-- Only functions read and write PINs.
alter table private.account_pins enable row level security;
revoke all on private.account_pins from anon, authenticated, service_role;

-- source: sql/access/accounts.sql
-- Users read their own account and update the columns that are theirs to choose.
alter table public.accounts enable row level security;
revoke all on public.accounts from anon, authenticated;
grant select on public.accounts to authenticated;
grant update (display_name, username, locale, time_zone, country) on public.accounts to authenticated;
grant all on public.accounts to service_role;

drop policy if exists accounts_select_own on public.accounts;
create policy accounts_select_own on public.accounts
for select to authenticated
using (id = (select auth.uid()));
comment on policy accounts_select_own on public.accounts is 'Users read their own account.';

drop policy if exists accounts_update_own on public.accounts;
create policy accounts_update_own on public.accounts
for update to authenticated
using (id = (select auth.uid()))
with check (id = (select auth.uid()));
comment on policy accounts_update_own on public.accounts is 'Users update their own account.';

-- source: sql/access/books.sql
-- Everyone reads books that exist for the acting profile.
alter table public.books enable row level security;
revoke all on public.books from anon, authenticated;
grant select on public.books to anon, authenticated;
grant all on public.books to service_role;

drop policy if exists books_select_everybody on public.books;
create policy books_select_everybody on public.books
for select to anon, authenticated
using (not (select private.has_age_limit()) or private.item_exists(id));
comment on policy books_select_everybody on public.books is 'Everyone reads books that exist for the acting profile.';

-- source: sql/access/catalog_items.sql
-- The view runs as its caller: the policies of its tables apply.
revoke all on public.catalog_items from anon, authenticated, service_role;
grant select on public.catalog_items to anon, authenticated, service_role;

-- source: sql/access/consent_purposes.sql
-- Everyone reads the purposes, also before signing up.
alter table public.consent_purposes enable row level security;
revoke all on public.consent_purposes from anon, authenticated;
grant select on public.consent_purposes to anon, authenticated;
grant all on public.consent_purposes to service_role;

drop policy if exists consent_purposes_select_everybody on public.consent_purposes;
create policy consent_purposes_select_everybody on public.consent_purposes
for select to anon, authenticated
using (true);
comment on policy consent_purposes_select_everybody on public.consent_purposes is
'Everyone reads the purposes of consent.';

-- source: sql/access/consents.sql
-- Users read their own consents and add to them. No role updates or deletes one, not even the service: they are deleted
-- with the account.
alter table public.consents enable row level security;
revoke all on public.consents from anon, authenticated, service_role;
grant select, insert (purpose, document_version, is_granted) on public.consents to authenticated;
grant select on public.consents to service_role;

drop policy if exists consents_select_own on public.consents;
create policy consents_select_own on public.consents
for select to authenticated
using (account_id = (select auth.uid()));
comment on policy consents_select_own on public.consents is 'Users read their own consents.';

drop policy if exists consents_insert_own on public.consents;
create policy consents_insert_own on public.consents
for insert to authenticated
with check (account_id = (select auth.uid()));
comment on policy consents_insert_own on public.consents is 'Users add their own consents.';

-- source: sql/access/content.sql
-- Everyone reads films, shows and sports that exist for the acting profile.
alter table public.content enable row level security;
revoke all on public.content from anon, authenticated;
grant select on public.content to anon, authenticated;
grant all on public.content to service_role;

drop policy if exists content_select_everybody on public.content;
create policy content_select_everybody on public.content
for select to anon, authenticated
using (not (select private.has_age_limit()) or private.item_exists(id));
comment on policy content_select_everybody on public.content is
'Everyone reads content that exists for the acting profile.';

-- source: sql/access/data_inventory.sql
-- Only operators of the database read the inventory.
alter table private.data_inventory enable row level security;
revoke all on private.data_inventory from anon, authenticated;

-- source: sql/access/files_to_remove.sql
-- Only functions and workers read and write files to remove.
alter table private.files_to_remove enable row level security;
revoke all on private.files_to_remove from anon, authenticated, service_role;

-- source: sql/access/genres.sql
-- Everyone reads genres.
alter table public.genres enable row level security;
revoke all on public.genres from anon, authenticated;
grant select on public.genres to anon, authenticated;
grant all on public.genres to service_role;

drop policy if exists genres_select_everybody on public.genres;
create policy genres_select_everybody on public.genres
for select to anon, authenticated
using (true);
comment on policy genres_select_everybody on public.genres is 'Everyone reads genres.';

-- source: sql/access/interactions.sql
-- The acting profile reads its own interactions; record_interactions writes them.
alter table public.interactions enable row level security;
revoke all on public.interactions from anon, authenticated;
grant select on public.interactions to authenticated;
grant all on public.interactions to service_role;

drop policy if exists interactions_select_own on public.interactions;
create policy interactions_select_own on public.interactions
for select to authenticated
using (rater_id = (select private.current_rater_id()));
comment on policy interactions_select_own on public.interactions is 'The acting profile reads its own interactions.';

drop policy if exists interactions_all_existing on public.interactions;
create policy interactions_all_existing on public.interactions
as restrictive for all to authenticated
using (item_id <> all((select private.hidden_items())::uuid[]));
comment on policy interactions_all_existing on public.interactions is
'No access to rows of items that the acting profile''s age limit hides.';

-- source: sql/access/item_availability.sql
-- Everyone reads the availability of items that exist for the acting profile: lists run as their caller.
alter table public.item_availability enable row level security;
revoke all on public.item_availability from anon, authenticated;
grant select on public.item_availability to anon, authenticated;
grant all on public.item_availability to service_role;

drop policy if exists item_availability_select_everybody on public.item_availability;
create policy item_availability_select_everybody on public.item_availability
for select to anon, authenticated
using (not (select private.has_age_limit()) or private.item_exists(item_id));
comment on policy item_availability_select_everybody on public.item_availability is
'Everyone reads the availability of items that exist for the acting profile.';

-- source: sql/access/item_counts.sql
-- Exact counts would reveal single ratings: only the service and definer functions that return none of them read these.
alter table private.item_counts enable row level security;
revoke all on private.item_counts from anon, authenticated;
grant all on private.item_counts to service_role;

-- source: sql/access/item_embeddings.sql
-- Everyone reads the vectors of items that exist for the acting profile: searches run as their caller, and the texts
-- are public.
alter table public.item_embeddings enable row level security;
revoke all on public.item_embeddings from anon, authenticated;
grant select on public.item_embeddings to anon, authenticated;
grant all on public.item_embeddings to service_role;

drop policy if exists item_embeddings_select_everybody on public.item_embeddings;
create policy item_embeddings_select_everybody on public.item_embeddings
for select to anon, authenticated
using (not (select private.has_age_limit()) or private.item_exists(item_id));
comment on policy item_embeddings_select_everybody on public.item_embeddings is
'Everyone reads the embeddings of items that exist for the acting profile.';

-- source: sql/access/item_genres.sql
-- Everyone reads the genres of items that exist for the acting profile.
alter table public.item_genres enable row level security;
revoke all on public.item_genres from anon, authenticated;
grant select on public.item_genres to anon, authenticated;
grant all on public.item_genres to service_role;

drop policy if exists item_genres_select_everybody on public.item_genres;
create policy item_genres_select_everybody on public.item_genres
for select to anon, authenticated
using (not (select private.has_age_limit()) or private.item_exists(item_id));
comment on policy item_genres_select_everybody on public.item_genres is
'Everyone reads the genres of items that exist for the acting profile.';

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
        or private.item_exists(item_id) and private.item_exists(neighbour_id)
    )
);
comment on policy item_neighbours_select_everybody on public.item_neighbours is
'Everyone reads weights of readable models between items that exist for the acting profile.';

-- source: sql/access/item_stats.sql
-- Everyone reads the statistics of items that exist for the acting profile: private.publish_counts makes sure that they
-- reveal no single rating.
alter table public.item_stats enable row level security;
revoke all on public.item_stats from anon, authenticated;
grant select on public.item_stats to anon, authenticated;
grant all on public.item_stats to service_role;

drop policy if exists item_stats_select_everybody on public.item_stats;
create policy item_stats_select_everybody on public.item_stats
for select to anon, authenticated
using (not (select private.has_age_limit()) or private.item_exists(item_id));
comment on policy item_stats_select_everybody on public.item_stats is
'Everyone reads the statistics of items that exist for the acting profile.';

-- source: sql/access/item_tags.sql
-- Everyone reads the tags of items that exist for the acting profile.
alter table public.item_tags enable row level security;
revoke all on public.item_tags from anon, authenticated;
grant select on public.item_tags to anon, authenticated;
grant all on public.item_tags to service_role;

drop policy if exists item_tags_select_everybody on public.item_tags;
create policy item_tags_select_everybody on public.item_tags
for select to anon, authenticated
using (not (select private.has_age_limit()) or private.item_exists(item_id));
comment on policy item_tags_select_everybody on public.item_tags is
'Everyone reads the tags of items that exist for the acting profile.';

-- source: sql/access/item_trends.sql
-- Everyone reads the trends of items that exist for the acting profile: private.publish_counts makes sure that they
-- reveal no single event.
alter table public.item_trends enable row level security;
revoke all on public.item_trends from anon, authenticated;
grant select on public.item_trends to anon, authenticated;
grant all on public.item_trends to service_role;

drop policy if exists item_trends_select_everybody on public.item_trends;
create policy item_trends_select_everybody on public.item_trends
for select to anon, authenticated
using (not (select private.has_age_limit()) or private.item_exists(item_id));
comment on policy item_trends_select_everybody on public.item_trends is
'Everyone reads the trends of items that exist for the acting profile.';

-- source: sql/access/items.sql
-- Everyone reads items that the acting profile's age permits. The other tables of the catalogue refer to this rule.
alter table public.items enable row level security;
revoke all on public.items from anon, authenticated;
grant select on public.items to anon, authenticated;
grant all on public.items to service_role;

drop policy if exists items_select_everybody on public.items;
create policy items_select_everybody on public.items
for select to anon, authenticated
using (not (select private.has_age_limit()) or private.allows_age(minimum_age));
comment on policy items_select_everybody on public.items is
'Everyone reads the items that the acting profile''s age permits.';

-- source: sql/access/kids_sessions.sql
-- Only functions read and write which sessions are in kids mode.
alter table private.kids_sessions enable row level security;
revoke all on private.kids_sessions from anon, authenticated, service_role;

-- source: sql/access/movies.sql
-- The view runs as its caller: the policies of its tables apply.
revoke all on public.movies from anon, authenticated, service_role;
grant select on public.movies to anon, authenticated, service_role;

-- source: sql/access/pending_changes.sql
-- Only triggers and the publishing job use pending changes.
alter table private.pending_changes enable row level security;
revoke all on private.pending_changes from anon, authenticated;

-- source: sql/access/periods.sql
-- Only operators of the database read and change periods.
alter table private.periods enable row level security;
revoke all on private.periods from anon, authenticated;

-- source: sql/access/profiles.sql
-- Users read, create and delete the profiles of their account, and update the columns that are theirs to choose.
alter table public.profiles enable row level security;
revoke all on public.profiles from anon, authenticated;
grant select, delete on public.profiles to authenticated;
grant insert (
    account_id, name, avatar_path, maturity_rating, shows_unrated, language_preference, learning_languages, is_kids,
    preferences
) on public.profiles to authenticated;
grant update (
    name, avatar_path, maturity_rating, shows_unrated, language_preference, learning_languages, is_kids, preferences
) on public.profiles to authenticated;
grant all on public.profiles to service_role;

drop policy if exists profiles_select_own on public.profiles;
create policy profiles_select_own on public.profiles
for select to authenticated
using (account_id = (select auth.uid()));
comment on policy profiles_select_own on public.profiles is 'Users read the profiles of their account.';

drop policy if exists profiles_update_own on public.profiles;
create policy profiles_update_own on public.profiles
for update to authenticated
using (account_id = (select auth.uid()))
with check (account_id = (select auth.uid()));
comment on policy profiles_update_own on public.profiles is 'Users update the profiles of their account.';

drop policy if exists profiles_insert_own on public.profiles;
create policy profiles_insert_own on public.profiles
for insert to authenticated
with check (account_id = (select auth.uid()));
comment on policy profiles_insert_own on public.profiles is 'Users create profiles for their account.';

drop policy if exists profiles_delete_own on public.profiles;
create policy profiles_delete_own on public.profiles
for delete to authenticated
using (account_id = (select auth.uid()));
comment on policy profiles_delete_own on public.profiles is 'Users delete profiles of their account.';

-- source: sql/access/publication.sql
-- Only operators of the database read and change the rules of publication.
alter table private.publication enable row level security;
revoke all on private.publication from anon, authenticated;

-- source: sql/access/rate_limits.sql
-- Only operators of the database use rate limits. Exceptions: private.count_request reads them as their owner, and the
-- REST server of the embedded stack, which counts reads, as authenticator, the role it connects with.
alter table private.rate_limits enable row level security;
revoke all on private.rate_limits from anon, authenticated;
grant usage on schema private to authenticator;
grant select on private.rate_limits to authenticator;
grant all on private.rate_limits to service_role;

drop policy if exists rate_limits_select_authenticator on private.rate_limits;
create policy rate_limits_select_authenticator on private.rate_limits
for select to authenticator
using (true);
comment on policy rate_limits_select_authenticator on private.rate_limits is
'The REST server of the embedded stack reads the limits of the requests it counts.';

-- source: sql/access/raters.sql
-- A pseudonym is secret: users read only that of the acting profile.
alter table public.raters enable row level security;
revoke all on public.raters from anon, authenticated;
grant select on public.raters to authenticated;
grant all on public.raters to service_role;

drop policy if exists raters_select_own on public.raters;
create policy raters_select_own on public.raters
for select to authenticated
using (id = (select private.current_rater_id()));
comment on policy raters_select_own on public.raters is 'Users read the pseudonym of the acting profile.';

-- source: sql/access/ratings.sql
-- Only the acting profile reads, adds, updates and deletes its ratings.
alter table public.ratings enable row level security;
revoke all on public.ratings from anon, authenticated;
grant select, delete on public.ratings to authenticated;
grant insert (rater_id, item_id, rating), update (rater_id, item_id, rating) on public.ratings to authenticated;
grant all on public.ratings to service_role;

drop policy if exists ratings_select_own on public.ratings;
create policy ratings_select_own on public.ratings
for select to authenticated
using (rater_id = (select private.current_rater_id()));
comment on policy ratings_select_own on public.ratings is 'The acting profile reads its own ratings.';

drop policy if exists ratings_insert_own on public.ratings;
create policy ratings_insert_own on public.ratings
for insert to authenticated
with check (rater_id = (select private.current_rater_id()));
comment on policy ratings_insert_own on public.ratings is 'The acting profile adds its own ratings.';

drop policy if exists ratings_update_own on public.ratings;
create policy ratings_update_own on public.ratings
for update to authenticated
using (rater_id = (select private.current_rater_id()))
with check (rater_id = (select private.current_rater_id()));
comment on policy ratings_update_own on public.ratings is 'The acting profile updates its own ratings.';

drop policy if exists ratings_delete_own on public.ratings;
create policy ratings_delete_own on public.ratings
for delete to authenticated
using (rater_id = (select private.current_rater_id()));
comment on policy ratings_delete_own on public.ratings is 'The acting profile deletes its own ratings.';

drop policy if exists ratings_all_existing on public.ratings;
create policy ratings_all_existing on public.ratings
as restrictive for all to authenticated
using (item_id <> all((select private.hidden_items())::uuid[]));
comment on policy ratings_all_existing on public.ratings is
'No access to rows of items that the acting profile''s age limit hides.';

-- source: sql/access/recommendation_models.sql
-- Everyone without an age limit reads models: they contain no personal data, but list items of any rating.
alter table public.recommendation_models enable row level security;
revoke all on public.recommendation_models from anon, authenticated;
grant select on public.recommendation_models to anon, authenticated;
grant all on public.recommendation_models to service_role;

drop policy if exists recommendation_models_select_everybody on public.recommendation_models;
create policy recommendation_models_select_everybody on public.recommendation_models
for select to anon, authenticated
using (not (select private.has_age_limit()));
comment on policy recommendation_models_select_everybody on public.recommendation_models is
'Everyone without an age limit reads models.';

-- source: sql/access/recommendation_weights.sql
-- Only the service reads and writes the weights; lists read them through a definer function.
alter table public.recommendation_weights enable row level security;
revoke all on public.recommendation_weights from anon, authenticated;
grant all on public.recommendation_weights to service_role;

drop policy if exists recommendation_weights_all_service on public.recommendation_weights;
create policy recommendation_weights_all_service on public.recommendation_weights
for all to service_role
using (true)
with check (true);
comment on policy recommendation_weights_all_service on public.recommendation_weights is
'The service reads and writes weights.';

-- source: sql/access/search_documents.sql
-- Everyone reads this index of the public catalogue, because searches run as their caller. No API exposes the table.
revoke all on private.search_documents from anon, authenticated;
grant select on private.search_documents to anon, authenticated;
grant all on private.search_documents to service_role;

-- source: sql/access/search_names.sql
-- Everyone reads this index of the public catalogue, because searches run as their caller. No API exposes the table.
revoke all on private.search_names from anon, authenticated;
grant select on private.search_names to anon, authenticated;
grant all on private.search_names to service_role;

-- source: sql/access/search_postings.sql
-- Everyone reads this index of the public catalogue, because searches run as their caller. No API exposes the table.
revoke all on private.search_postings from anon, authenticated;
grant select on private.search_postings to anon, authenticated;
grant all on private.search_postings to service_role;

-- source: sql/access/search_words.sql
-- Everyone reads this index of the public catalogue, because searches run as their caller. No API exposes the table.
revoke all on private.search_words from anon, authenticated;
grant select on private.search_words to anon, authenticated;
grant all on private.search_words to service_role;

-- source: sql/access/storage_objects.sql
-- Files: users own the folder named by their id in avatars and speech; editors and admins upload to artwork, masters
-- and imports; only workers write media, and clients read it through signed URLs. On hosted Supabase only Storage may
-- comment on these policies, so they have no comments.

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

-- A kids profile has a folder of its own, named by its id in the account's folder: it neither sees nor changes the
-- files of other profiles.

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

-- Storage runs no request check, so this policy refuses a token that private.session_error finds invalid.

drop policy if exists objects_all_live on storage.objects;
create policy objects_all_live on storage.objects
as restrictive for all to authenticated
using ((select private.session_error()) is null)
with check ((select private.session_error()) is null);

-- source: sql/access/subscriptions.sql
-- Users read their own subscription; the service writes it.
alter table public.subscriptions enable row level security;
revoke all on public.subscriptions from anon, authenticated;
grant select on public.subscriptions to authenticated;
grant all on public.subscriptions to service_role;

drop policy if exists subscriptions_select_own on public.subscriptions;
create policy subscriptions_select_own on public.subscriptions
for select to authenticated
using (account_id = (select auth.uid()));
comment on policy subscriptions_select_own on public.subscriptions is 'Users read their own subscription.';

-- source: sql/access/tier_limits.sql
-- Everyone reads the limits of tiers.
alter table public.tier_limits enable row level security;
revoke all on public.tier_limits from anon, authenticated;
grant select on public.tier_limits to anon, authenticated;
grant all on public.tier_limits to service_role;

drop policy if exists tier_limits_select_all on public.tier_limits;
create policy tier_limits_select_all on public.tier_limits
for select to anon, authenticated
using (true);
comment on policy tier_limits_select_all on public.tier_limits is 'Everyone reads the limits of tiers.';

-- source: sql/access/tiers.sql
-- Everyone reads tiers.
alter table public.tiers enable row level security;
revoke all on public.tiers from anon, authenticated;
grant select on public.tiers to anon, authenticated;
grant all on public.tiers to service_role;

drop policy if exists tiers_select_all on public.tiers;
create policy tiers_select_all on public.tiers
for select to anon, authenticated
using (true);
comment on policy tiers_select_all on public.tiers is 'Everyone reads tiers.';

-- source: sql/access/user_similarities.sql
-- Only the service reads and writes similarities.
alter table public.user_similarities enable row level security;
revoke all on public.user_similarities from anon, authenticated;
grant all on public.user_similarities to service_role;

drop policy if exists user_similarities_all_service on public.user_similarities;
create policy user_similarities_all_service on public.user_similarities
for all to service_role
using (true)
with check (true);
comment on policy user_similarities_all_service on public.user_similarities is
'The service reads and writes similarities.';

-- source: sql/rpc/identity/cancel_account_deletion.sql
-- Cancels the requested deletion of the caller's account.
-- Returns true if a deletion was cancelled; false if none was requested or it is already due.
-- Raises 42501 without an account, PT409 after ten times in a month, kids_mode while a kids profile acts.
-- Roles: authenticated.
-- Example: rpc/cancel_account_deletion {}
-- Example response: true
create or replace function public.cancel_account_deletion() returns boolean
language plpgsql set search_path = ''
as $$
begin
    return private.cancel_deletion();
end
$$;
comment on function public.cancel_account_deletion() is 'Cancels the requested deletion of the caller''s account.';
revoke execute on function public.cancel_account_deletion() from public, service_role;
grant execute on function public.cancel_account_deletion() to authenticated;

-- source: sql/rpc/identity/delete_my_account.sql
-- Requests the deletion of the caller's account.
-- The account is erased after a grace period, 30 days by default. Until then the user can sign in as before and call
-- cancel_account_deletion. A second request changes nothing. docs/security-guide.md lists the data that is deleted and
-- the data that stays.
-- Returns the time at which the account becomes due for erasure.
-- Raises 42501 without an account, kids_mode while a kids profile acts.
-- Roles: authenticated.
-- Example: rpc/delete_my_account {}
-- Example response: "2026-12-30T16:37:31.14+00:00"
create or replace function public.delete_my_account() returns timestamptz
language plpgsql set search_path = ''
as $$
begin
    return private.request_deletion();
end
$$;
comment on function public.delete_my_account() is 'Requests the deletion of the caller''s account.';
revoke execute on function public.delete_my_account() from public, service_role;
grant execute on function public.delete_my_account() to authenticated;

-- source: sql/rpc/identity/enter_kids_mode.sql
-- Puts the caller's session into kids mode: all its requests act as one kids profile until leave_kids_mode is called
-- with the account's PIN.
-- In kids mode the header x-profile-id is ignored, also after a token refresh. A second call with the same profile
-- changes nothing. Other sessions of the account and new sign-ins are not affected.
--   profile_id  one of your own kids profiles
-- Returns nothing.
-- Raises 22023 for a missing id or a profile that is not a kids profile, 42501 for another user's profile or a token
-- without a session, PT409 if the account has no PIN (set_account_pin), kids_mode for a session in kids mode with
-- another profile.
-- Roles: authenticated.
-- Example: rpc/enter_kids_mode {"profile_id": "5d3c…"}
-- Example response: 204, no content
create or replace function public.enter_kids_mode(profile_id uuid default null) returns void
language plpgsql set search_path = ''
as $$
begin
    if profile_id is null then
        raise exception 'profile_id is missing' using errcode = '22023', detail = '{"field": "profile_id"}';
    end if;
    perform private.start_kids_mode(profile_id);
end
$$;
comment on function public.enter_kids_mode(uuid) is 'Puts the caller''s session into kids mode.';
revoke execute on function public.enter_kids_mode(uuid) from public, service_role;
grant execute on function public.enter_kids_mode(uuid) to authenticated;

-- source: sql/rpc/identity/export_my_data.sql
-- Exports all data stored about the caller: every row that belongs to the account, its profiles and their raters, and
-- the sign-in data without secrets.
-- Columns that identify other people are left out. The time limit of this call is 20 s, if the REST server applies a
-- function's own limit (PostgREST does).
-- Returns an object of table → list of rows; a table without rows of the caller has an empty list.
-- Raises 42501 without an account, kids_mode while a kids profile acts.
-- Roles: authenticated.
-- Example: rpc/export_my_data {}
-- Example response: {"accounts": [{"id": "5d3c…", "email": "ann@example.com", "country": null}], "ratings":
-- [{"rating": 4.5, "item_id": "267c…", "rater_id": "eb85…"}, …], "consents": [], "auth.sessions": [{"aal": "aal1",
-- "ip": "127.0.0.1"}]}
create or replace function public.export_my_data() returns jsonb
language plpgsql stable set search_path = '' set statement_timeout = '20s'
as $$
begin
    return private.export_own_rows();
end
$$;
comment on function public.export_my_data() is 'Exports all data stored about the caller.';
revoke execute on function public.export_my_data() from public, service_role;
grant execute on function public.export_my_data() to authenticated;

-- source: sql/rpc/identity/get_account.sql
-- Reads an account with its profiles, roles and tier, for an admin. The audit log records the call.
--   user_id  the account's user
-- Returns an object: account (its row), profiles (their rows, the oldest first), roles, tier.
-- Raises 42501 for a caller who is not an admin, 22023 without user_id, PT404 for an unknown user, kids_mode while a
-- kids profile acts.
-- Roles: authenticated, service_role.
-- Example: rpc/get_account {"user_id": "5d3c…"}
-- Example response: {"tier": "free", "roles": ["editor"], "account": {"id": "5d3c…", "email": "bob@example.com",
-- "username": null, "display_name": "bob", "locale": "en", "time_zone": "UTC", "country": null, "status": "active",
-- "status_reason": null, "created_at": "2026-11-30T16:37:11.25+00:00", "updated_at": "2026-11-30T16:37:11.25+00:00"},
-- "profiles": [{"id": "1469…", "account_id": "5d3c…", "name": "bob", "is_default": true, "is_kids": false,
-- "maturity_rating": "NC-17", "shows_unrated": true, "avatar_path": null, "portrait_path": null,
-- "language_preference": "en", "learning_languages": [], "preferences": {}, "created_at":
-- "2026-11-30T16:37:11.25+00:00", "updated_at": "2026-11-30T16:37:11.25+00:00"}]}
create or replace function public.get_account(user_id uuid default null) returns jsonb
language sql set search_path = ''
as $$
    select private.read_account(user_id)
$$;
comment on function public.get_account(uuid) is 'Reads an account with its profiles, roles and tier, for an admin.';
revoke execute on function public.get_account(uuid) from public;
grant execute on function public.get_account(uuid) to authenticated, service_role;

-- source: sql/rpc/identity/get_audit_log.sql
-- Reads a page of the audit log, the latest entries first, for an admin. The audit log records the call.
--   action      an action such as role.granted, role.revoked, account.suspended, account.restored, account.read or
--               audit_log.read; if omitted, all actions
--   actor_id    the user who acted; if omitted, all users
--   subject_id  the id of the user or object acted upon; if omitted, all
--   before_id   the id of the last entry of the previous page; if omitted, the first page
--   count       maximum number of entries, 1 to 200, default 50
-- Returns id, occurred_at, actor_id (null: the service), actor_role, action, subject_type, subject_id, before, after,
-- address, request_id.
-- Raises 42501 for a caller who is not an admin, 22023 for a count out of range or a text that is too long, kids_mode
-- while a kids profile acts.
-- Roles: authenticated, service_role.
-- Example: rpc/get_audit_log {"action": "role.granted", "count": 20}
-- Example response: [{"id": 2, "occurred_at": "2026-11-30T16:37:16.66+00:00", "actor_id": "2bca…", "actor_role":
-- "authenticated", "action": "role.granted", "subject_type": "user", "subject_id": "c13d…", "before": null, "after":
-- {"role": "editor"}, "address": "127.0.0.1", "request_id": "900b…"}, …]
create or replace function public.get_audit_log(
    action text default null,
    actor_id uuid default null,
    subject_id text default null,
    before_id bigint default null,
    count integer default 50
)
returns setof public.audit_entry
language plpgsql rows 50 set search_path = ''
as $$
#variable_conflict use_column
begin
    perform private.check_range('count', coalesce(get_audit_log.count, 50), 1, 200);
    perform private.check_length('action', get_audit_log.action, 100);
    perform private.check_length('subject_id', get_audit_log.subject_id, 100);
    return query
    select e.*
    from private.read_audit_log(
        get_audit_log.action,
        get_audit_log.actor_id,
        get_audit_log.subject_id,
        get_audit_log.before_id,
        coalesce(get_audit_log.count, 50)
    ) as e;
end
$$;
comment on function public.get_audit_log(text, uuid, text, bigint, integer) is
'Reads a page of the audit log, for an admin.';
revoke execute on function public.get_audit_log(text, uuid, text, bigint, integer) from public;
grant execute on function public.get_audit_log(text, uuid, text, bigint, integer) to authenticated, service_role;

-- source: sql/rpc/identity/get_entitlements.sql
-- Reads the tier of the caller's account and the limits of this tier.
-- Returns tier (free or premium, by the current subscription), expires_at (null for free), limits (an object: profiles,
-- streams, devices, downloads, download_days, ai_questions_per_day; a key that is missing is not limited).
-- Raises nothing.
-- Roles: authenticated.
-- Example: rpc/get_entitlements {}
-- Example response: {"tier": "free", "expires_at": null, "limits": {"streams": 1, "profiles": 5, "downloads": 0,
-- "ai_questions_per_day": 10}}
create or replace function public.get_entitlements() returns public.entitlements
language sql stable set search_path = ''
as $$
    select
        now_has.tier,
        s.current_period_end,
        coalesce(
            (select jsonb_object_agg(l.name, l.value) from public.tier_limits as l where l.tier = now_has.tier),
            '{}'
        )
    from (select private.tier_of(auth.uid()) as tier) as now_has
    left join public.subscriptions as s on s.account_id = auth.uid() and s.tier = now_has.tier
$$;
comment on function public.get_entitlements() is 'Reads the tier of the caller''s account and its limits.';
revoke execute on function public.get_entitlements() from public, service_role;
grant execute on function public.get_entitlements() to authenticated;

-- source: sql/rpc/identity/get_kids_mode.sql
-- Checks whether the caller's session is in kids mode. An app calls it when it starts.
-- Returns an object: kids_mode (true or false), profile_id (the kids profile, or null), has_pin (whether the account
-- has a PIN), tries_left (how many wrong PINs are still compared, 0 to 5; null without a PIN), retry_after (seconds
-- until a PIN is compared again; null while attempts remain).
-- Raises nothing.
-- Roles: authenticated.
-- Example: rpc/get_kids_mode {}
-- Example response: {"has_pin": true, "kids_mode": true, "profile_id": "bc93…", "retry_after": null, "tries_left": 5}
create or replace function public.get_kids_mode() returns jsonb
language sql stable set search_path = ''
as $$
    select private.read_kids_mode()
$$;
comment on function public.get_kids_mode() is 'Checks whether the caller''s session is in kids mode.';
revoke execute on function public.get_kids_mode() from public, service_role;
grant execute on function public.get_kids_mode() to authenticated;

-- source: sql/rpc/identity/get_user_roles.sql
-- Reads the current roles of a user, for an admin. Your own roles are in your access token, in app_metadata.roles.
--   user_id  the user
-- Returns the roles in alphabetical order.
-- Raises 42501 for a caller who is not an admin, 22023 without user_id, PT404 for an unknown user, kids_mode while a
-- kids profile acts.
-- Roles: authenticated, service_role.
-- Example: rpc/get_user_roles {"user_id": "5d3c…"}
-- Example response: ["editor"]
create or replace function public.get_user_roles(user_id uuid default null) returns text[]
language sql stable set search_path = ''
as $$
    select private.read_roles(user_id)
$$;
comment on function public.get_user_roles(uuid) is 'Reads the current roles of a user, for an admin.';
revoke execute on function public.get_user_roles(uuid) from public;
grant execute on function public.get_user_roles(uuid) to authenticated, service_role;

-- source: sql/rpc/identity/grant_role.sql
-- Grants a role to a user, for an admin.
-- It takes effect with the user's next access token, at the latest when the current one expires. Granting a role again
-- changes nothing.
--   user_id  the user
--   role     student, tutor, editor, reviewer or admin
-- Returns the user's roles after the call, in alphabetical order.
-- Raises 42501 for a caller who is not an admin, 22023 for a missing parameter or an unknown role, PT404 for an unknown
-- user, kids_mode while a kids profile acts.
-- Roles: authenticated, service_role.
-- Example: rpc/grant_role {"user_id": "5d3c…", "role": "editor"}
-- Example response: ["editor"]
create or replace function public.grant_role(user_id uuid default null, role text default null) returns text[]
language sql set search_path = ''
as $$
    select private.change_role(user_id, role, true)
$$;
comment on function public.grant_role(uuid, text) is 'Grants a role to a user, for an admin.';
revoke execute on function public.grant_role(uuid, text) from public;
grant execute on function public.grant_role(uuid, text) to authenticated, service_role;

-- source: sql/rpc/identity/leave_kids_mode.sql
-- Ends kids mode of the caller's session. After 5 wrong PINs within 15 minutes, every PIN is refused until the lock
-- ends.
-- A refusal has a status and no body: 403 for a wrong PIN, 429 with Retry-After while no PIN is compared. get_kids_mode
-- returns how many attempts remain.
--   pin  the account's PIN; ignored if the session is not in kids mode
-- Returns nothing.
-- Raises PT409 if the account has no PIN.
-- Roles: authenticated.
-- Example: rpc/leave_kids_mode {"pin": "4711"}
-- Example response: 204, no content
create or replace function public.leave_kids_mode(pin text default null) returns void
language plpgsql set search_path = ''
as $$
begin
    perform private.end_kids_mode(pin);
end
$$;
comment on function public.leave_kids_mode(text) is 'Ends kids mode of the caller''s session.';
revoke execute on function public.leave_kids_mode(text) from public, service_role;
grant execute on function public.leave_kids_mode(text) to authenticated;

-- source: sql/rpc/identity/record_consent.sql
-- Records that the caller granted, refused or withdrew a consent. The latest record of a purpose counts.
--   purpose  a purpose of consent_purposes
--   granted  true if granted, false if refused or withdrawn
--   version  version of the text that was shown, up to 50 characters
-- Returns the row of consents.
-- Raises 22023 for a parameter that is missing or too long, or an unknown purpose, 42501 without an account, kids_mode
-- while a kids profile acts.
-- Roles: authenticated.
-- Example: rpc/record_consent {"purpose": "marketing", "granted": true, "version": "2026-11"}
-- Example response: {"id": 1, "account_id": "5d3c…", "purpose": "marketing", "document_version": "2026-11",
-- "is_granted": true, "given_at": "2026-11-30T16:37:16.22+00:00"}
create or replace function public.record_consent(
    purpose text default null, granted boolean default null, version text default null
)
returns public.consents
language plpgsql set search_path = ''
as $$
declare
    v_consent public.consents;
begin
    perform private.check_account();
    perform private.check_consent(purpose, granted, version);
    insert into public.consents (purpose, document_version, is_granted)
    values (purpose, btrim(version), granted)
    returning * into v_consent;
    return v_consent;
end
$$;
comment on function public.record_consent(text, boolean, text) is
'Records that the caller granted, refused or withdrew a consent.';
revoke execute on function public.record_consent(text, boolean, text) from public, service_role;
grant execute on function public.record_consent(text, boolean, text) to authenticated;

-- source: sql/rpc/identity/restore_account.sql
-- Restores a suspended account, for an admin: its user can sign in again. An account that is not suspended does not
-- change.
--   user_id  the account's user
-- Returns nothing.
-- Raises 42501 for a caller who is not an admin, 22023 without user_id, PT404 for an unknown user, kids_mode while a
-- kids profile acts.
-- Roles: authenticated, service_role.
-- Example: rpc/restore_account {"user_id": "5d3c…"}
-- Example response: 204, no content
create or replace function public.restore_account(user_id uuid default null) returns void
language sql set search_path = ''
as $$
    select private.change_status(user_id, 'active', null)
$$;
comment on function public.restore_account(uuid) is 'Restores a suspended account, for an admin.';
revoke execute on function public.restore_account(uuid) from public;
grant execute on function public.restore_account(uuid) to authenticated, service_role;

-- source: sql/rpc/identity/revoke_role.sql
-- Revokes a role of a user, for an admin.
-- The admin role ends at once: requests with an older token that contains it are refused until the token is refreshed.
-- Other roles end with the next access token. Revoking a role that the user does not have changes nothing.
--   user_id  the user
--   role     student, tutor, editor, reviewer or admin
-- Returns the user's roles after the call, in alphabetical order.
-- Raises 42501 for a caller who is not an admin, 22023 for a missing parameter or an unknown role, PT404 for an unknown
-- user; PT409 for the last active admin, unless the service calls; kids_mode while a kids profile acts.
-- Roles: authenticated, service_role.
-- Example: rpc/revoke_role {"user_id": "5d3c…", "role": "editor"}
-- Example response: []
create or replace function public.revoke_role(user_id uuid default null, role text default null) returns text[]
language sql set search_path = ''
as $$
    select private.guard_last_admin(user_id) where role = 'admin';
    select private.change_role(user_id, role, false)
$$;
comment on function public.revoke_role(uuid, text) is 'Revokes a role of a user, for an admin.';
revoke execute on function public.revoke_role(uuid, text) from public;
grant execute on function public.revoke_role(uuid, text) to authenticated, service_role;

-- source: sql/rpc/identity/set_account_pin.sql
-- Sets the PIN of the caller's account, which leave_kids_mode requires.
-- To replace a PIN, send the current one, or call from a session that signed in within the last 10 minutes.
--   pin          4 to 12 digits
--   current_pin  the current PIN; ignored if none is set, and within 10 minutes of the sign-in
-- A wrong current PIN is refused as by leave_kids_mode: 403, or 429 with Retry-After, without a body.
-- Returns nothing.
-- Raises 22023 for a PIN of another form, 42501 without an account, kids_mode while a kids profile acts; PT409 if the
-- PIN is deleted during the call.
-- Roles: authenticated.
-- Example: rpc/set_account_pin {"pin": "4711"}
-- Example response: 204, no content
create or replace function public.set_account_pin(pin text default null, current_pin text default null) returns void
language plpgsql set search_path = ''
as $$
begin
    if pin ~ '^[0-9]{4,12}$' then
        perform private.store_pin(pin, current_pin);
        return;
    end if;
    raise exception 'pin must be 4 to 12 digits' using errcode = '22023', detail = '{"field": "pin", "min": 4, "max": 12}';
end
$$;
comment on function public.set_account_pin(text, text) is 'Sets the PIN of the caller''s account.';
revoke execute on function public.set_account_pin(text, text) from public, service_role;
grant execute on function public.set_account_pin(text, text) to authenticated;

-- source: sql/rpc/identity/set_default_profile.sql
-- Sets the account's default profile: the one that acts if a request names none.
--   profile_id  one of your own profiles; the service may send any profile's id
-- Returns nothing.
-- Raises 22023 without profile_id, 42501 for another user's profile, PT404 (service only) for an unknown profile,
-- kids_mode while a kids profile acts.
-- Roles: authenticated, service_role.
-- Example: rpc/set_default_profile {"profile_id": "5d3c…"}
-- Example response: 204, no content
create or replace function public.set_default_profile(profile_id uuid default null) returns void
language sql set search_path = ''
as $$
    select private.make_default_profile(profile_id)
$$;
comment on function public.set_default_profile(uuid) is 'Sets the profile that acts if a request names none.';
revoke execute on function public.set_default_profile(uuid) from public;
grant execute on function public.set_default_profile(uuid) to authenticated, service_role;

-- source: sql/rpc/identity/suspend_account.sql
-- Suspends an account, for an admin: its sessions end at once, and its requests and sign-ins are refused until it is
-- restored. Suspending it again changes nothing.
--   user_id  the account's user
--   reason   the reason, up to 500 characters; the account's owner can read it
-- Returns nothing.
-- Raises 42501 for a caller who is not an admin, 22023 without user_id or for a longer reason, PT404 for an unknown
-- user; PT409 for the last active admin, unless the service calls; kids_mode while a kids profile acts.
-- Roles: authenticated, service_role.
-- Example: rpc/suspend_account {"user_id": "5d3c…", "reason": "Shares its password"}
-- Example response: 204, no content
create or replace function public.suspend_account(user_id uuid default null, reason text default null) returns void
language sql set search_path = ''
as $$
    select private.guard_last_admin(user_id);
    select private.change_status(user_id, 'suspended', reason)
$$;
comment on function public.suspend_account(uuid, text) is 'Suspends an account, for an admin.';
revoke execute on function public.suspend_account(uuid, text) from public;
grant execute on function public.suspend_account(uuid, text) to authenticated, service_role;

-- source: sql/rpc/recommend/get_collaborative_recommendations.sql
-- Lists unrated items that users with similar ratings liked.
-- It uses the 40 nearest neighbours: users who rated many of the same items and agree on them. An item's score is the
-- sum, over these neighbours, of affinity times rating / 5. At least five of them must have rated the item 3 or better,
-- and ratings of items that few people rated do not count.
--   user_id  your own user id; the service may send any user's id, or a rater's
--   count    maximum number of items, 1 to 200, default 20
-- Returns id, kind, title, overview, year, language, image, predicted_rating (as predict_rating returns it), score;
-- highest score first.
-- Raises 22023 for a parameter that is missing or out of range, 42501 for another user's id, PT404 for an unknown user.
-- Roles: authenticated, service_role.
-- Example: rpc/get_collaborative_recommendations {"user_id": "5d3c…", "count": 10}
-- Example response: [{"id": "776d…", "kind": "movie", "title": "Children of Men", "overview": "In 2027 no baby has
-- been born for eighteen …", "year": 2006, "language": "en", "image": null, "predicted_rating": 4.9, "score": 1.81},
-- …]
create or replace function public.get_collaborative_recommendations(
    user_id uuid default null, count integer default 20
)
returns setof public.predicted_item
language plpgsql stable rows 20 set search_path = ''
as $$
#variable_conflict use_column
declare
    v_count integer := coalesce(get_collaborative_recommendations.count, 20);
begin
    perform private.check_range('count', v_count, 1, 200);
    -- Check the caller before the query: a plan that reads no list would not evaluate the check.
    perform private.rater_of_user(get_collaborative_recommendations.user_id);
    return query
    select c.id, c.kind, c.title, c.overview, c.year, c.language, c.image, l.predicted_rating, l.score
    from private.collaborative_for_user(get_collaborative_recommendations.user_id, v_count) as l
    join public.catalog_items as c on c.id = l.item_id
    order by l.score desc, c.id;
end
$$;
comment on function public.get_collaborative_recommendations(uuid, integer) is
'Lists unrated items that users with similar ratings liked.';
revoke execute on function public.get_collaborative_recommendations(uuid, integer) from public;
grant execute on function public.get_collaborative_recommendations(uuid, integer) to authenticated, service_role;

-- source: sql/rpc/recommend/get_onboarding_items.sql
-- Lists items that a new user should rate first: many people rated them and their ratings differ, so that an answer
-- says most about taste.
-- The items are of different genres. Items that the acting profile rated, disliked or dismissed, or may not see, are
-- left out.
--   count  maximum number of items, 1 to 50, default 10
--   kind   movie, tv_show, sports or book, default movie
-- Returns id, kind, title, overview, year, language, image, rating_count, average_rating; the most informative first.
-- Items without published ratings follow, by the popularity that their data source states.
-- Raises 22023 for a parameter out of range, named in detail.field.
-- Roles: anon, authenticated, service_role.
-- Example: rpc/get_onboarding_items {"count": 10, "kind": "movie"}
-- Example response: [{"id": "0780…", "kind": "movie", "title": "Bridget Jones's Diary", "overview": "A single London
-- publishing assistant in her …", "year": 2001, "language": "en", "image": null, "rating_count": 80, "average_rating":
-- 3.4}, …]
create or replace function public.get_onboarding_items(count integer default 10, kind text default 'movie')
returns setof public.popular_item
language plpgsql stable rows 10 set search_path = ''
as $$
#variable_conflict use_column
declare
    v_count integer := coalesce(get_onboarding_items.count, 10);
begin
    perform private.check_range('count', v_count, 1, 50);
    perform private.check_kind(get_onboarding_items.kind);
    return query
    select
        c.id, c.kind, c.title, c.overview, c.year, c.language, c.image,
        coalesce(s.rating_count, 0), s.rating_sum / nullif(s.rating_count, 0)
    from private.onboarding(coalesce(get_onboarding_items.kind, 'movie'), v_count) as o
    join public.catalog_items as c on c.id = o.item_id
    left join public.item_stats as s on s.item_id = o.item_id
    order by o.place;
end
$$;
comment on function public.get_onboarding_items(integer, text) is 'Lists items that a new user should rate first.';
revoke execute on function public.get_onboarding_items(integer, text) from public;
grant execute on function public.get_onboarding_items(integer, text) to anon, authenticated, service_role;

-- source: sql/rpc/recommend/get_popular_items.sql
-- Lists the most popular items: those with the highest sum of ratings, then items with few ratings, by the popularity
-- that their data source states.
-- Counts and means are published figures: of five accounts or more, rounded, and changed in batches.
--   count  maximum number of items, 1 to 200, default 20
--   kind   movie, tv_show, sports or book; if omitted, all kinds
--   limit  an alias of count
-- Returns id, kind, title, overview, year, language, image, rating_count, average_rating; most popular first.
-- Raises 22023 for a parameter out of range, and if count and limit differ; named in detail.field.
-- Roles: anon, authenticated, service_role.
-- Example: rpc/get_popular_items {"count": 10, "kind": "movie"}
-- Example response: [{"id": "84ef…", "kind": "movie", "title": "Brazil", "overview": "In a retro-futuristic
-- bureaucracy choked by …", "year": 1985, "language": "en", "image": null, "rating_count": 85, "average_rating": 3.9},
-- …]
create or replace function public.get_popular_items(
    count integer default null, kind text default null, "limit" integer default null
)
returns setof public.popular_item
language plpgsql stable rows 20 set search_path = ''
as $$
#variable_conflict use_column
declare
    v_count integer := coalesce(get_popular_items.count, get_popular_items."limit", 20);
    v_viewer private.viewer := private.current_viewer();
begin
    if get_popular_items."limit" <> v_count then
        raise exception 'limit is another name of count: give one of the two'
            using errcode = '22023', detail = '{"field": "limit"}';
    end if;
    perform private.check_range(case when get_popular_items.count is null then 'limit' else 'count' end, v_count, 1, 200);
    perform private.check_kind(get_popular_items.kind);
    return query
    select
        c.id, c.kind, c.title, c.overview, c.year, c.language, c.image,
        coalesce(s.rating_count, 0), s.rating_sum / nullif(s.rating_count, 0)
    from private.popular(get_popular_items.kind, v_count, v_viewer) as p
    join public.catalog_items as c on c.id = p.item_id
    left join public.item_stats as s on s.item_id = p.item_id
    order by p.place;
end
$$;
comment on function public.get_popular_items(integer, text, integer) is 'Lists the most popular items.';
revoke execute on function public.get_popular_items(integer, text, integer) from public;
grant execute on function public.get_popular_items(integer, text, integer) to anon, authenticated, service_role;

-- source: sql/rpc/recommend/get_recommendations.sql
-- Recommends items to watch or read next, each with a reason.
-- The list blends several sources, by the weights in recommendation_weights: items often liked together with items that
-- the profile rated (item model), items liked by users with similar taste, items whose description is similar to liked
-- items, trends in the profile's languages, and popular items. Items that the profile rated, disliked, dismissed or
-- finished, or may not see, are left out.
--   count       maximum number of items, 1 to 200, default 20
--   kind        movie, tv_show, sports or book; if omitted, all kinds
--   diversity   0 to 1, default 0.3: 0 sorts by score alone, 1 by dissimilarity alone, among the best 60 items or more
--               (re-ranking by MMR)
--   profile_id  one of your own profiles; if omitted, the acting profile; the service may send any profile's id
-- Returns id, kind, title, overview, year, language, image, score (the highest is 1), reason_code (liked_together,
-- taste, liked, popular_in_language, popular_in_country, popular), reason (a sentence), because_of (the id of the item
-- that the reason names); in the order to show.
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
            when 'taste' then 'People with your taste liked it'
            when 'popular_in_language' then 'Popular in ' || coalesce(private.language_name(r.language), 'your language')
            when 'popular_in_country' then 'Popular in your country'
            when 'popular' then 'Popular with everyone'
            else coalesce('Because you liked ' || b.title, 'Because of what you rated')
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

-- source: sql/rpc/recommend/get_similar_items.sql
-- Lists items similar to one item: first those often liked together with it (item model), then those with a similar
-- description.
--   item_id  the item
--   count    maximum number of items, 1 to 200, default 12
-- Returns id, kind, title, overview, year, language, image, score, reason_code (liked_together: score is the model's
-- weight; alike: score is the cosine similarity); best first, all of the item's kind.
-- Raises 22023 for a parameter that is missing or out of range, PT404 for an unknown item; named in detail.field.
-- Roles: anon, authenticated, service_role.
-- Example: rpc/get_similar_items {"item_id": "0b7e…", "count": 6}
-- Example response: [{"id": "b023…", "kind": "movie", "title": "2001: A Space Odyssey", "overview": "A black monolith
-- appears to prehistoric apes …", "year": 1968, "language": "en", "image": null, "score": 0.028, "reason_code":
-- "liked_together"}, …]
create or replace function public.get_similar_items(item_id uuid default null, count integer default 12)
returns setof public.similar_item
language plpgsql stable rows 20 set search_path = ''
as $$
#variable_conflict use_column
declare
    v_count integer := coalesce(get_similar_items.count, 12);
    v_viewer private.viewer := private.current_viewer();
begin
    perform private.check_item(get_similar_items.item_id);
    perform private.check_range('count', v_count, 1, 200);
    return query
    with together as (
        select n.neighbour_id as item_id, n.weight
        from public.item_neighbours as n
        where
            n.model_id = (select private.active_item_model()) and n.item_id = get_similar_items.item_id and n.weight > 0
    ), alike as (
        select n.item_id, n.similarity
        from public.item_embeddings as e
        cross join lateral private.nearest(e.embedding, e.kind, v_count + 1, v_viewer) as n
        where e.item_id = get_similar_items.item_id and n.item_id <> e.item_id
    ), listed as (
        select t.item_id, 0 as tier, t.weight as score, 'liked_together' as reason_code from together as t
        union all
        select a.item_id, 1, a.similarity, 'alike'
        from alike as a
        where a.item_id not in (select t.item_id from together as t)
    )
    select c.id, c.kind, c.title, c.overview, c.year, c.language, c.image, l.score::double precision, l.reason_code
    from listed as l
    join public.catalog_items as c on c.id = l.item_id
    join public.items as i on i.id = get_similar_items.item_id and i.kind = c.kind
    where (select private.is_available(s, v_viewer) from public.items as s where s.id = l.item_id)
    order by l.tier, l.score desc, c.id
    limit v_count;
end
$$;
comment on function public.get_similar_items(uuid, integer) is 'Lists items similar to one item.';
revoke execute on function public.get_similar_items(uuid, integer) from public;
grant execute on function public.get_similar_items(uuid, integer) to anon, authenticated, service_role;

-- source: sql/rpc/recommend/get_trending_items.sql
-- Lists items that people rate, watch and share now: an event loses half its weight each week.
-- Items that the caller may not see are left out. Trends are published figures: of five accounts or more, rounded, and
-- changed in batches.
--   count     maximum number of items, 1 to 200, default 20
--   kind      movie, tv_show, sports or book; if omitted, all kinds
--   country   country of the events: two capital letters (ISO 3166); if omitted, the world
--   language  language of the items: two or three small letters (ISO 639); if omitted, all languages
-- Returns id, kind, title, overview, year, language, image, score (the number of events, weighted as of now); highest
-- score first.
-- Raises 22023 for a parameter out of range, named in detail.field.
-- Roles: anon, authenticated, service_role.
-- Example: rpc/get_trending_items {"count": 10, "country": "FR"}
-- Example response: [{"id": "84ef…", "kind": "movie", "title": "Brazil", "overview": "In a retro-futuristic
-- bureaucracy choked by …", "year": 1985, "language": "en", "image": null, "score": 62.998}, …]
create or replace function public.get_trending_items(
    count integer default 20, kind text default null, country text default null, language text default null
)
returns setof public.trending_item
language plpgsql stable rows 20 set search_path = ''
as $$
#variable_conflict use_column
declare
    v_count integer := coalesce(get_trending_items.count, 20);
    v_languages text[] := case when get_trending_items.language is not null then array[get_trending_items.language] end;
    v_viewer private.viewer := private.current_viewer();
begin
    perform private.check_range('count', v_count, 1, 200);
    perform private.check_kind(get_trending_items.kind);
    perform private.check_form('country', get_trending_items.country, '^[A-Z]{2}$', 'FR');
    perform private.check_form('language', get_trending_items.language, '^[a-z]{2,3}$', 'fr');
    return query
    select c.id, c.kind, c.title, c.overview, c.year, c.language, c.image, t.score
    from private.trending(
        get_trending_items.kind, v_languages, get_trending_items.country, v_count, v_viewer
    ) as t
    join public.catalog_items as c on c.id = t.item_id
    order by t.score desc, c.id;
end
$$;
comment on function public.get_trending_items(integer, text, text, text) is
'Lists items that people rate, watch and share now.';
revoke execute on function public.get_trending_items(integer, text, text, text) from public;
grant execute on function public.get_trending_items(integer, text, text, text) to anon, authenticated, service_role;

-- source: sql/rpc/recommend/predict_rating.sql
-- Predicts the rating that a user would give to an item.
-- The prediction is the item's baseline, plus the user's bias, plus the weighted residuals of neighbours with similar
-- ratings and of the user's own ratings of similar items. A new rating changes it at once. A user without ratings gets
-- the item's baseline: its mean, shrunk to the mean of all ratings.
--   user_id  your own user id; the service may send any user's id, or a rater's
--   item_id  the item
-- Returns a number from 0.5 to 5.0 in tenths; null if fewer than five people rated the item.
-- Raises 22023 for a missing parameter, 42501 for another user's id, PT404 for an unknown user or item.
-- Roles: authenticated, service_role.
-- Example: rpc/predict_rating {"user_id": "5d3c…", "item_id": "0b7e…"}
-- Example response: 4.6
create or replace function public.predict_rating(user_id uuid default null, item_id uuid default null)
returns double precision
language plpgsql stable set search_path = ''
as $$
begin
    perform private.check_item(item_id);
    return private.predict_for_user(user_id, item_id);
end
$$;
comment on function public.predict_rating(uuid, uuid) is 'Predicts the rating that a user would give to an item.';
revoke execute on function public.predict_rating(uuid, uuid) from public;
grant execute on function public.predict_rating(uuid, uuid) to authenticated, service_role;

-- source: sql/rpc/recommend/record_interactions.sql
-- Records events of the acting profile on items: all events of a call or none; an event that was sent before is
-- ignored.
-- The latest like, save, dislike or dismiss on an item counts. undo cancels all earlier events on the item, completion
-- included. To withdraw a rating, delete its row.
--   events  array of 1 to 500 objects: client_id (uuid, chosen by the client, unique per event), item_id (uuid), type
--           (view, click, share, save, like, dislike, complete, dismiss, undo), occurred_at (optional, default now: ISO
--           8601 with seconds and a time zone, within the last 30 days, at most one minute ahead; events of the same
--           time count in array order), metadata (optional object, up to 2,000 characters)
-- Returns the number of new events.
-- Raises 22023 for invalid events, naming the first one and its field, and all of them in details.faults; 23503 for an
-- unknown item, 42501 without a profile, 429 and 413 for more events than the caller's limits allow.
-- Roles: authenticated.
-- Example: rpc/record_interactions {"events": [{"client_id": "6f1c…", "item_id": "0b7e…", "type": "click"}]}
-- Example response: 1
create or replace function public.record_interactions(events jsonb default null) returns integer
language plpgsql set search_path = ''
as $$
begin
    if jsonb_typeof(events) is distinct from 'array' or jsonb_array_length(events) not between 1 and 500 then
        raise exception 'events must be a list of 1 to 500 objects'
            using errcode = '22023', detail = '{"field": "events"}';
    end if;
    -- Unknown fields of an event are not stored, but parsing them costs as much: limit the whole text.
    perform private.check_length('events', events::text, 2000000);
    if private.has_age_limit() then
        perform private.check_items(array(select private.as_uuid(e ->> 'item_id') from jsonb_array_elements(events) as e));
    end if;
    return private.store_interactions(events);
end
$$;
comment on function public.record_interactions(jsonb) is 'Records events of the acting profile on items.';
revoke execute on function public.record_interactions(jsonb) from public, service_role;
grant execute on function public.record_interactions(jsonb) to authenticated;

-- source: sql/rpc/search/match_books.sql
-- Lists the books most similar to a query embedding, by cosine similarity.
--   query_embedding  384 numbers, from the model named in item_embeddings.model
--   match_threshold  minimum similarity, 0 to 1, default 0.4
--   match_count      maximum number of books, 1 to 200, default 12
-- Returns id, kind, title, overview, year, language, image, similarity; most similar first.
-- Raises 22023 for a parameter that is missing or out of range, named in detail.field.
-- Roles: anon, authenticated, service_role.
-- Example: rpc/match_books {"query_embedding": [0.1, …]}
-- Example response: [{"id": "b3c7…", "kind": "book", "title": "The Devil's Elixirs", "overview": "A Capuchin monk
-- drinks from a forbidden relic …", "year": 1815, "language": "de", "image": null, "similarity": 0.423}, …]
create or replace function public.match_books(
    query_embedding extensions.vector default null,
    match_threshold double precision default 0.4,
    match_count integer default 12
)
returns setof public.matched_item
language sql stable rows 20 set search_path = ''
as $$
    select * from private.match_kind(query_embedding, match_threshold, match_count, 'book')
$$;
comment on function public.match_books(extensions.vector, double precision, integer) is
'Lists the books most similar to a query embedding.';
revoke execute on function public.match_books(extensions.vector, double precision, integer) from public;
grant execute on function public.match_books(extensions.vector, double precision, integer)
to anon, authenticated, service_role;

-- source: sql/rpc/search/match_content.sql
-- Lists the items of one kind most similar to a query embedding, by cosine similarity.
--   query_embedding  384 numbers, from the model named in item_embeddings.model
--   match_threshold  minimum similarity, 0 to 1, default 0.4
--   match_count      maximum number of items, 1 to 200, default 12
--   kind             movie, tv_show, sports or book, default movie
-- Returns id, kind, title, overview, year, language, image, similarity; most similar first.
-- Raises 22023 for a parameter that is missing or out of range, named in detail.field.
-- Roles: anon, authenticated, service_role.
-- Example: rpc/match_content {"query_embedding": [0.1, …], "kind": "movie"}
-- Example response: [{"id": "4662…", "kind": "movie", "title": "Outbreak", "overview": "A smuggled African monkey
-- brings a deadly …", "year": 1995, "language": "en", "image": null, "similarity": 0.569}, …]
create or replace function public.match_content(
    query_embedding extensions.vector default null,
    match_threshold double precision default 0.4,
    match_count integer default 12,
    kind text default 'movie'
)
returns setof public.matched_item
language sql stable rows 20 set search_path = ''
as $$
    select * from private.match_kind(query_embedding, match_threshold, match_count, match_content.kind)
$$;
comment on function public.match_content(extensions.vector, double precision, integer, text) is
'Lists the items of one kind most similar to a query embedding.';
revoke execute on function public.match_content(extensions.vector, double precision, integer, text) from public;
grant execute on function public.match_content(extensions.vector, double precision, integer, text)
to anon, authenticated, service_role;

-- source: sql/rpc/search/match_movies.sql
-- Lists the films most similar to a query embedding, by cosine similarity.
--   query_embedding  384 numbers, from the model named in item_embeddings.model
--   match_threshold  minimum similarity, 0 to 1, default 0.4
--   match_count      maximum number of films, 1 to 200, default 12
-- Returns id, kind, title, overview, year, language, image, similarity; most similar first.
-- Raises 22023 for a parameter that is missing or out of range, named in detail.field.
-- Roles: anon, authenticated, service_role.
-- Example: rpc/match_movies {"query_embedding": [0.1, …], "match_threshold": 0.5}
-- Example response: [{"id": "4662…", "kind": "movie", "title": "Outbreak", "overview": "A smuggled African monkey
-- brings a deadly …", "year": 1995, "language": "en", "image": null, "similarity": 0.569}, …]
create or replace function public.match_movies(
    query_embedding extensions.vector default null,
    match_threshold double precision default 0.4,
    match_count integer default 12
)
returns setof public.matched_item
language sql stable rows 20 set search_path = ''
as $$
    select * from private.match_kind(query_embedding, match_threshold, match_count, 'movie')
$$;
comment on function public.match_movies(extensions.vector, double precision, integer) is
'Lists the films most similar to a query embedding.';
revoke execute on function public.match_movies(extensions.vector, double precision, integer) from public;
grant execute on function public.match_movies(extensions.vector, double precision, integer)
to anon, authenticated, service_role;

-- source: sql/rpc/search/search_content.sql
-- Searches films, shows, sports and books by words and by meaning, and counts the matches by facets.
-- Pages are stable: items added to the catalogue after the first page do not appear on later pages.
--   query            the search text, at most 1,000 characters: words of titles, authors and descriptions in any order;
--                    misspellings are corrected; "phrases", -excluded words and OR are supported. Required unless
--                    query_embedding is sent
--   query_embedding  the query as 384 numbers, from the model named in item_embeddings.model; if omitted, search by
--                    words alone
--   kind             movie, tv_show, sports or book; if omitted, all kinds
--   genre            a genre's slug; if omitted, all genres
--   language         ISO 639 code of the item's language; if omitted, all languages
--   year_from        earliest year, 0 to 3000; if omitted, no limit
--   year_to          latest year, 0 to 3000; if omitted, no limit
--   tier             free or premium: the tier needed to play the item now in the caller's country; if omitted, both
--   count            results per page, 1 to 100, default 20
--   cursor           next_cursor of the previous page, with the same query and filters; if omitted, the first page
-- Returns JSON: results (id, kind, title, overview, year, language, image, score, similarity, matched: an array of
-- words, name and meaning; title_html and snippet_html: escaped, with matching words in mark elements), best first;
-- total, the number of matches, at most 1,000; facets (kind, genre, language, decade, tier: each a list of value and
-- count over all matches, highest count first); next_cursor, null on the last page.
-- Raises 22023 for a parameter that is missing or out of range, or for a cursor of another search; named in
-- detail.field.
-- Roles: anon, authenticated, service_role.
-- Example: rpc/search_content {"query": "blade runer", "kind": "movie", "count": 10}
-- Example response: {"total": 3, "facets": {"kind": [{"value": "movie", "count": 3}], "genre": [{"value": "drama",
-- "count": 2}, …], "language": [{"value": "en", "count": 3}], "decade": [{"value": 1990, "count": 2}, {"value": 1980,
-- "count": 1}], "tier": [{"value": "free", "count": 3}]}, "results": [{"id": "de12…", "kind": "movie", "year": 1982,
-- "image": null, "score": 0.033, "title": "Blade Runner", "matched": ["words", "name"], "language": "en", "overview":
-- "In a rainy, neon-lit Los Angeles of 2019, a burnt-out …", "similarity": null, "title_html": "<mark>Blade</mark>
-- <mark>Runner</mark>", "snippet_html": "In a rainy, neon-lit Los Angeles of 2019, a …"}, …], "next_cursor": null}
create or replace function public.search_content(
    query text default null,
    query_embedding extensions.vector default null,
    kind text default null,
    genre text default null,
    language text default null,
    year_from integer default null,
    year_to integer default null,
    tier text default null,
    count integer default 20,
    cursor text default null
)
returns jsonb
language plpgsql stable set search_path = ''
as $$
declare
    v_query text := coalesce(search_content.query, '');
    v_count integer := coalesce(search_content.count, 20);
    v_filters private.search_filters := row(
        search_content.kind, search_content.genre, search_content.language, search_content.year_from,
        search_content.year_to, search_content.tier
    );
    v_viewer private.viewer := private.current_viewer();
    v_search text;
    v_parsed private.parsed_search;
    v_after jsonb;
    v_as_of integer;
    v_terms private.search_term[];
    v_matches private.search_match[];
    v_page private.search_match[];
    v_last private.search_match;
    v_score double precision;
begin
    perform private.check_search(v_query, search_content.query_embedding, v_filters, v_count);
    v_search := md5(row(v_query, search_content.query_embedding, v_filters)::text);
    v_after := private.read_cursor(search_content.cursor, v_search);
    v_as_of := coalesce((v_after ->> 'as_of')::integer, (select max(d.document) from private.search_documents as d), 0);
    v_parsed := private.parse_search(v_query);
    v_terms := array(select t from private.query_terms(v_parsed.words, v_as_of) as t);
    v_matches := array(
        select m
        from private.search_matches(
            v_parsed, v_terms, search_content.query_embedding, v_filters, v_viewer, v_as_of
        ) as m
        order by m.score desc, m.document
    );
    v_score := coalesce(
        (select m.score from unnest(v_matches) as m where m.document = (v_after ->> 'document')::integer),
        (v_after ->> 'score')::double precision
    );
    v_page := array(
        select row(m.document, m.score, m.words, m.closeness, m.similarity, m.tier)::private.search_match
        from unnest(v_matches) with ordinality as m (document, score, words, closeness, similarity, tier, place)
        where
            v_after is null
            or m.score < v_score
            or m.score = v_score and m.document > (v_after ->> 'document')::integer
        order by m.place
        limit v_count + 1
    );
    v_last := v_page[v_count];
    return jsonb_build_object(
        'results', private.search_results(v_page[:v_count], array(select t.lexeme from unnest(v_terms) as t)),
        'total', cardinality(v_matches),
        'facets', private.search_facets(v_matches),
        'next_cursor', case
            when cardinality(v_page) > v_count
            then private.write_cursor(v_search, v_as_of, v_last.score, v_last.document)
        end
    );
end
$$;
comment on function public.search_content(
    text, extensions.vector, text, text, text, integer, integer, text, integer, text
) is 'Searches films, shows, sports and books by words and by meaning, with facets.';
revoke execute on function public.search_content(
    text, extensions.vector, text, text, text, integer, integer, text, integer, text
) from public;
grant execute on function public.search_content(
    text, extensions.vector, text, text, text, integer, integer, text, integer, text
) to anon, authenticated, service_role;

-- source: sql/rpc/search/suggest.sql
-- Suggests titles and authors while the user types.
-- First come names with a word that starts with the typed text, the most popular first. If there are fewer than count,
-- names that match its spelling corrections follow.
--   q      the typed text, 1 to 200 characters
--   count  maximum number of suggestions, 1 to 50, default 8
-- Returns suggestion (the name), kind (the item's kind, or author), id, title, year and image of the item; for an
-- author, these four are null.
-- Raises 22023 for a parameter that is missing or out of range, named in detail.field.
-- Roles: anon, authenticated, service_role.
-- Example: rpc/suggest {"q": "blade ru"}
-- Example response: [{"suggestion": "Blade Runner", "kind": "movie", "id": "de12…", "title": "Blade Runner", "year":
-- 1982, "image": null}]
create or replace function public.suggest(q text default null, count integer default 8)
returns setof public.suggestion
language plpgsql stable rows 8 set search_path = ''
as $$
#variable_conflict use_column
declare
    v_count integer := coalesce(suggest.count, 8);
    v_typed text := private.fold_name(left(suggest.q, 201));
    v_viewer private.viewer := private.current_viewer();
begin
    if coalesce(v_typed, '') = '' or length(suggest.q) > 200 then
        raise exception 'q must have 1 to 200 characters'
            using errcode = '22023', detail = '{"field": "q", "min": 1, "max": 200}';
    end if;
    perform private.check_range('count', v_count, 1, 50);
    return query
    with begun as materialized (
        select n.*, 0::bigint as place from private.names_by_prefix(left(v_typed, 100), v_viewer, v_count * 5) as n
    ), named as (
        select b.* from begun as b
        union all
        select n.*, m.place
        from private.spelling_corrections(v_typed) with ordinality as m (typed, place)
        cross join lateral private.names_by_prefix(left(m.typed, 100), v_viewer, v_count * 5) as n
        where (select count(*) from begun) < v_count
    ), once as (
        select distinct on (case n.field when 'author' then private.fold_name(n.name) else n.document::text end)
            n.*
        from named as n
        order by
            case n.field when 'author' then private.fold_name(n.name) else n.document::text end,
            n.place, n.popularity desc, n.is_whole desc, n.field desc, n.name
    )
    select
        o.name, case o.field when 'author' then 'author' else c.kind end, c.id, c.title, c.year, c.image
    from once as o
    join private.search_documents as d on d.document = o.document
    left join lateral (
        select c.* from public.catalog_items as c where c.id = d.item_id and o.field <> 'author' offset 0
    ) as c on true
    order by o.place, o.is_whole and o.start = v_typed desc, o.popularity desc, o.name, o.document
    limit v_count;
end
$$;
comment on function public.suggest(text, integer) is 'Suggests titles and authors while the user types.';
revoke execute on function public.suggest(text, integer) from public;
grant execute on function public.suggest(text, integer) to anon, authenticated, service_role;
