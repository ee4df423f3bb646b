-- Functions, triggers and policies as sql/ has them.

set lock_timeout = '10s';
set check_function_bodies = off;

-- source: sql/private/identity/cancel_deletion.sql
-- Take back the deletion of the caller's account; was there one whose day has not come? Raises 42501 without an
-- account.
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
    update public.accounts as a set status = 'active' where a.id = v_account and a.status = 'deleting';
    perform private.audit('account.deletion_cancelled', 'account', v_account::text, null, null);
    return true;
end
$$;
comment on function private.cancel_deletion() is 'Take back the deletion of the caller''s account.';
revoke execute on function private.cancel_deletion() from public;
grant execute on function private.cancel_deletion() to authenticated;

-- source: sql/private/identity/personal_files.sql
-- The files that are an account's own, of which nobody else has any use: avatars and recordings of speech. Where there
-- is no Storage, there are none. For workers only.
create or replace function private.personal_files(account_id uuid) returns table (bucket_id text, name text)
language plpgsql stable set search_path = ''
as $$
begin
    if to_regclass('storage.objects') is not null then
        return query execute
            'select o.bucket_id, o.name from storage.objects as o '
            'where o.bucket_id in (''avatars'', ''speech'') and $1::text in (o.owner_id, split_part(o.name, ''/'', 1)) '
            'order by o.bucket_id, o.name'
            using account_id;
    end if;
end
$$;
comment on function private.personal_files(uuid) is 'The files that are an account''s own.';
revoke execute on function private.personal_files(uuid) from public;

-- source: sql/private/recommend/refresh_user_similarity.sql
-- Store a rater's nearest neighbours anew, with the version of the ratings they were computed from.
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
    -- Held against deletion before any row is touched: whoever deletes one of them waits here, not in a circle.
    perform from public.raters as r
    where
        r.id = v_rater
        or r.id in (select s.neighbour_id from public.user_similarities as s where s.rater_id = v_rater)
        or r.id in (select n.neighbour_id from unnest(v_nearest) as n)
    order by r.id
    for key share;
    -- Whoever compares everybody holds those whose rows it writes, and passes over this one.
    perform from public.raters as r where r.id = v_rater for no key update;

    delete from public.user_similarities as s
    where s.rater_id = v_rater and s.neighbour_id not in (select n.neighbour_id from unnest(v_nearest) as n);
    insert into public.user_similarities (rater_id, neighbour_id, similarity, co_ratings, weight, affinity, level)
    select v_rater, n.neighbour_id, n.similarity, n.co_ratings, n.weight, n.affinity, n.level
    from unnest(v_nearest) as n
    join public.raters as r on r.id = n.neighbour_id
    where exists (select from public.raters as o where o.id = v_rater)
    on conflict (rater_id, neighbour_id) do update set
        similarity = excluded.similarity, co_ratings = excluded.co_ratings, weight = excluded.weight,
        affinity = excluded.affinity, level = excluded.level, computed_at = now();
    update public.raters as r set similarities_version = v_version where r.id = v_rater;
end
$$;
comment on function private.refresh_user_similarity(uuid) is 'Store a rater''s nearest neighbours anew.';
revoke execute on function private.refresh_user_similarity(uuid) from public;
grant execute on function private.refresh_user_similarity(uuid) to service_role;
