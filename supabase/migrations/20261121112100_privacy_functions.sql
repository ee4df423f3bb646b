-- Functions, triggers and policies as sql/ has them.

set lock_timeout = '10s';
set check_function_bodies = off;

-- source: sql/private/identity/apply_retention.sql
-- Remove what is older than private.data_inventory lets it be: up to `batch` rows of each table; of tables by month,
-- whole months once all in them is older, and rows of the default part. Returns what was removed from where. Each call
-- is a transaction of its own: call it until it returns nothing.
--   batch  how many rows of a table at most
-- For workers only.
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
        where i.retention is not null and c.relkind in ('r', 'p')
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
comment on function private.apply_retention(integer) is 'Remove what is older than it may be kept.';
revoke execute on function private.apply_retention(integer) from public;

-- source: sql/private/identity/cancel_deletion.sql
-- Take back the deletion of the caller's account; was there one? Raises 42501 without an account.
-- Definer: clients write neither account_deletions nor accounts.status.
create or replace function private.cancel_deletion() returns boolean
language plpgsql security definer set search_path = ''
as $$
declare
    v_account uuid := private.check_account();
begin
    delete from public.account_deletions as d where d.account_id = v_account;
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

-- source: sql/private/identity/change_status.sql
-- Suspend an account, which ends its sessions, or restore it, for an admin or the service. Doing it again does nothing,
-- and only what is suspended is restored, to deleting where that was asked for. Raises 42501, 22023, PT404.
-- Definer: clients may not write accounts.status, nor end sessions.
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
        raise exception 'reason has up to 500 characters'
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

-- source: sql/private/identity/check_account.sql
-- The caller's account. Raises 42501 where there is none: anon, the service, a user who was erased.
-- Definer: the answer must not depend on what the caller may read.
create or replace function private.check_account() returns uuid
language plpgsql stable security definer set search_path = ''
as $$
declare
    v_account uuid;
begin
    select a.id into v_account from public.accounts as a where a.id = private.caller_id();
    if v_account is null then
        raise exception 'this takes an account'
            using errcode = '42501', hint = 'Sign in as the user whose account it is.';
    end if;
    return v_account;
end
$$;
comment on function private.check_account() is 'The caller''s account, or a refusal.';
revoke execute on function private.check_account() from public;
grant execute on function private.check_account() to authenticated, service_role;

-- source: sql/private/identity/check_consent.sql
-- Refuse a consent that cannot be recorded. Raises 22023 naming the parameter.
create or replace function private.check_consent(purpose text, granted boolean, version text) returns void
language plpgsql stable set search_path = ''
as $$
declare
    v_field text := case
        when purpose is null then 'purpose'
        when not exists (select from public.consent_purposes as p where p.purpose = check_consent.purpose) then 'purpose'
        when granted is null then 'granted'
        when coalesce(length(btrim(version)), 0) not between 1 and 50 then 'version'
    end;
begin
    if v_field is not null then
        raise exception 'a consent needs a known purpose, granted, and a version of 1 to 50 characters'
            using errcode = '22023', detail = jsonb_build_object('field', v_field)::text,
            hint = 'The purposes are in consent_purposes.';
    end if;
end
$$;
comment on function private.check_consent(text, boolean, text) is 'Refuse a consent that cannot be recorded.';
revoke execute on function private.check_consent(text, boolean, text) from public;
grant execute on function private.check_consent(text, boolean, text) to authenticated, service_role;

-- source: sql/private/identity/column_list.sql
-- Columns as SQL writes them, with a table's alias if one is given: a, "b c".
create or replace function private.column_list(columns text[], alias text default null) returns text
language sql immutable set search_path = ''
as $$
    select string_agg(coalesce(quote_ident(column_list.alias) || '.', '') || quote_ident(c.name), ', ' order by c.place)
    from unnest(column_list.columns) with ordinality as c (name, place)
$$;
comment on function private.column_list(text[], text) is 'Columns as SQL writes them.';
revoke execute on function private.column_list(text[], text) from public;

-- source: sql/private/identity/erase_account.sql
-- Erase an account whose deletion is due: the user, and by triggers and cascades everything personal; ratings stay
-- under new pseudonyms. All of it or nothing; the audit log notes the id that was. Was it due? Raises 55006 while a job
-- runs for the account or it has files: a later try may succeed.
-- For workers only.
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
    if private.delete_jobs_naming(private.ids_of_account(account_id)) > 0 then
        raise exception 'a job runs for the account' using errcode = '55006', hint = 'Try again when it has ended.';
    end if;
    if private.has_files(account_id) then
        raise exception 'the account has files'
            using errcode = '55006', hint = 'Delete them through Storage, which keeps rows and files together.';
    end if;
    delete from auth.users as u where u.id = erase_account.account_id;
    perform private.audit('account.erased', 'account', account_id::text, null, null);
    return true;
end
$$;
comment on function private.erase_account(uuid) is 'Erase an account whose deletion is due.';
revoke execute on function private.erase_account(uuid) from public;

-- source: sql/private/identity/export_own_rows.sql
-- All rows that belong to the caller. Raises 42501 without an account.
-- Definer: some of one's own rows, such as roles and sessions, are in tables that no client may read.
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

-- source: sql/private/identity/foreign_key.sql
-- A foreign key's columns, and those they refer to, in the same order.
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
comment on function private.foreign_key(oid) is 'A foreign key''s columns, and those they refer to.';
revoke execute on function private.foreign_key(oid) from public;

-- source: sql/private/identity/forget_user.sql
-- Trigger: before an auth user goes, however it is deleted, so does what no cascade of foreign keys takes along, the
-- farthest first, and the jobs that name it. Files are left to Storage, which alone can delete them.
-- Definer: the auth server's role writes auth.users and none of ours.
create or replace function private.delete_user_data() returns trigger
language plpgsql security definer set search_path = ''
as $$
declare
    v_table private.personal_table;
begin
    -- In the order in which private.refresh_user_similarity holds them.
    perform
    from public.raters as r
    where r.profile_id in (select p.id from public.profiles as p where p.account_id = old.id)
    order by r.id
    for update;
    for v_table in
        select p.*
        from private.personal_tables() as p
        where
            p.on_erasure = 'delete'
            and not p.goes_with_owner
            and p.relation <> 'auth.users'::regclass
            and p.schema_name <> 'storage'
        order by p.depth desc
    loop
        execute format('delete from %s where %s', v_table.relation, v_table.owned) using old.id;
    end loop;
    perform private.delete_jobs_naming(private.ids_of_account(old.id));
    return old;
end
$$;
comment on function private.delete_user_data() is 'Trigger: deletes what of a user no cascade takes along.';
revoke execute on function private.delete_user_data() from public;

-- source: sql/private/identity/has_files.sql
-- Does Storage hold files of the account? Where there is no Storage, there are none. For workers only.
create or replace function private.has_files(account_id uuid) returns boolean
language plpgsql stable set search_path = ''
as $$
declare
    v_has boolean := false;
begin
    if to_regclass('storage.objects') is not null then
        execute 'select exists (select from storage.objects where owner_id = $1::text)' into v_has using account_id;
    end if;
    return v_has;
end
$$;
comment on function private.has_files(uuid) is 'Does Storage hold files of the account?';
revoke execute on function private.has_files(uuid) from public;

-- source: sql/private/identity/hidden_columns.sql
-- What an export leaves out of a table's rows, as an SQL expression over a row t, the user's id being $1, whose value
-- is a text[]: columns that the inventory does not show, and those that lead to rows of other people.
--   personal  the table
--   people    all tables with rows of people, from private.personal_tables
-- For definer functions only.
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
'What an export leaves out of a table''s rows.';
revoke execute on function private.hidden_columns(private.personal_table, private.personal_table[]) from public;

-- source: sql/private/identity/ids_of_account.sql
-- What names an account in jobs: its id, those of its profiles and their pseudonyms. For definer functions only.
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
comment on function private.ids_of_account(uuid) is 'What names an account in jobs.';
revoke execute on function private.ids_of_account(uuid) from public;

-- source: sql/private/identity/months_before.sql
-- The parts of a table partitioned by range that hold nothing of a moment or later, the oldest first.
create or replace function private.expired_partitions(relation regclass, moment timestamptz) returns setof regclass
language sql stable rows 10 set search_path = '' set timezone = 'UTC'
as $$
    select c.oid::regclass
    from pg_catalog.pg_inherits as i
    join pg_catalog.pg_class as c on c.oid = i.inhrelid
    cross join lateral (
        select (regexp_match(pg_get_expr(c.relpartbound, c.oid), 'TO \(''([^'']+)''\)'))[1]::timestamptz as ends
    ) as part
    where i.inhparent = months_before.relation and part.ends <= months_before.moment
    order by part.ends
$$;
comment on function private.expired_partitions(regclass, timestamptz) is 'The parts of a table that end before a moment.';
revoke execute on function private.expired_partitions(regclass, timestamptz) from public;

-- source: sql/private/identity/personal_tables.sql
-- Every table with rows of people, found from the catalogue: those that foreign keys lead from to auth.users, by the
-- shortest way, and those of which private.data_inventory says whose rows they hold. A table of ours that the inventory
-- does not know counts as personal; of the platform's schemas, which hold secrets, only what it knows. The months of a
-- table are reached through the table. For definer functions and checks only.
create or replace function private.personal_tables() returns setof private.personal_table
language sql stable rows 30 set search_path = ''
as $$
    with recursive tables as (
        select c.oid, n.nspname, c.relname, i.owner_columns, i.owner_ids, i.exported_columns, i.on_erasure
        from pg_catalog.pg_class as c
        join pg_catalog.pg_namespace as n on n.oid = c.relnamespace
        left join private.data_inventory as i on i.schema_name = n.nspname and i.table_name = c.relname
        where
            c.relkind in ('r', 'p')
            and not c.relispartition
            and (i.is_personal or (i.is_personal is null and n.nspname in ('public', 'private')))
    ), links as (
        select k.conrelid, k.confrelid, k.confdeltype = 'c' as is_cascade, f.columns, f.referenced, k.conkey
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
            null::smallint[] as conkey, '{}'::text[] as columns, false as goes_with_owner, array[t.oid] as way
        from tables as t
        where t.owner_ids is not null or t.oid = 'auth.users'::regclass
        union all
        select
            l.conrelid, w.depth + 1,
            format(
                '(%s) in (select %s from %s where %s)',
                private.column_list(l.columns), private.column_list(l.referenced), l.confrelid::regclass, w.owned
            ),
            l.conkey, l.columns, l.is_cascade, w.way || l.conrelid
        from walk as w
        join links as l on l.confrelid = w.oid and l.conrelid <> all (w.way)
    ), nearest as (
        select distinct on (w.oid) w.* from walk as w order by w.oid, w.depth, w.conkey
    )
    select
        n.oid::regclass, t.nspname::text, t.relname::text, n.depth, n.owned, n.columns,
        n.goes_with_owner, t.exported_columns, coalesce(t.on_erasure, 'delete')
    from nearest as n
    join tables as t on t.oid = n.oid
    order by n.depth, t.nspname = 'public' desc, t.nspname, t.relname
$$;
comment on function private.personal_tables() is 'Every table with rows of people, and how to find one''s own.';
revoke execute on function private.personal_tables() from public;

-- source: sql/private/identity/remove_before.sql
-- Delete up to `batch` rows of a table that are older than a moment; how many. None of an append-only one: what that
-- holds goes by the month alone. For workers only.
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

-- source: sql/private/identity/request_deletion.sql
-- Note that the caller's account is to be erased, and return when; the first request counts. Raises 42501 without an
-- account.
-- Definer: clients write neither account_deletions nor accounts.status.
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
comment on function private.request_deletion() is 'Note that the caller''s account is to be erased.';
revoke execute on function private.request_deletion() from public;
grant execute on function private.request_deletion() to authenticated;

-- source: sql/private/identity/rows_of_account.sql
-- All rows that belong to an account, as {"table": [row, …]}; tables of other schemas than public with their schema.
-- For definer functions only.
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
        continue when v_table.exported_columns = '{}';
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

-- source: sql/private/identity/unname_ratings.sql
-- Trigger: before a profile goes, its ratings pass to a new pseudonym that nothing leads to, and count as before; its
-- interactions go with the old one. Times are cut to the month: by the second they would tell whose ratings these were
-- to whoever has an export or a log from before. Neighbours stay, since what they were computed from is the same.
-- Definer: the owner may delete a profile, and not write raters.
create or replace function private.pseudonymise_ratings() returns trigger
language plpgsql security definer set search_path = ''
as $$
declare
    v_new uuid := gen_random_uuid();
    v_old uuid;
    v_is_fresh boolean;
begin
    -- Held before any of its rows is touched, as private.refresh_user_similarity does.
    select r.id, r.similarities_version = r.ratings_version into v_old, v_is_fresh
    from public.raters as r
    where r.profile_id = old.id
    for update;
    if exists (select from public.ratings as r where r.rater_id = v_old) then
        insert into public.raters (id) values (v_new);
        update public.user_similarities as s set rater_id = v_new where s.rater_id = v_old;
        update public.user_similarities as s set neighbour_id = v_new where s.neighbour_id = v_old;
        update public.ratings as r set
            rater_id = v_new,
            created_at = date_trunc('month', r.created_at, 'UTC'),
            updated_at = date_trunc('month', r.updated_at, 'UTC')
        where r.rater_id = v_old;
        update public.raters as r set similarities_version = r.ratings_version where r.id = v_new and v_is_fresh;
    end if;
    delete from public.raters as r where r.id = v_old;
    perform private.delete_jobs_naming(array[v_old, v_new]);
    return old;
end
$$;
comment on function private.pseudonymise_ratings() is 'Trigger: passes a profile''s ratings to a new pseudonym.';
revoke execute on function private.pseudonymise_ratings() from public;

-- source: sql/private/queue/forget_jobs.sql
-- Delete the jobs that name one of these ids, except those that run; of how many of those there are.
-- Its path is the queue's, whose own trigger functions use unqualified names. For definer functions only.
create or replace function private.delete_jobs_naming(ids uuid[]) returns bigint
language plpgsql set search_path = procrastinate
as $$
declare
    v_ids text := (select string_agg(i::text, '|') from unnest(ids) as i);
begin
    delete from procrastinate_jobs as j
    where j.status <> 'doing' and concat_ws(' ', j.args::text, j.lock, j.queueing_lock) ~ v_ids;
    return (
        select count(*)
        from procrastinate_jobs as j
        where j.status = 'doing' and concat_ws(' ', j.args::text, j.lock, j.queueing_lock) ~ v_ids
    );
end
$$;
comment on function private.delete_jobs_naming(uuid[]) is 'Delete the jobs that name one of these ids.';
revoke execute on function private.delete_jobs_naming(uuid[]) from public;

-- source: sql/triggers/auth_users.sql
-- A new auth user gets an account, a profile and a rater; a changed address is mirrored; a deleted one takes along what
-- it left.
create or replace trigger create_account
after insert on auth.users
for each row execute function private.create_account();

create or replace trigger mirror_email
after update of email on auth.users
for each row when (old.email is distinct from new.email) execute function private.mirror_email();

create or replace trigger forget_user
before delete on auth.users
for each row execute function private.delete_user_data();

-- source: sql/triggers/identity.sql
-- accounts, profiles and subscriptions tell when they changed; an account has a few profiles, at least one, and one of
-- them is the default; each profile has its pseudonym; changes of roles are on record. A profile that goes leaves its
-- ratings, unnamed.
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

-- source: sql/triggers/ratings.sql
-- Who rates is the acting profile unless said otherwise; counts, trends and neighbours follow every change.
alter table public.ratings alter column rater_id set default private.current_rater_id();

-- Not where ratings only pass to another pseudonym.
create or replace trigger touch
before update on public.ratings
for each row when (old.rater_id = new.rater_id) execute function private.touch();

create or replace trigger count_inserted
after insert on public.ratings referencing new table as changed_rows
for each statement execute function private.count_ratings('1');

create or replace trigger count_updated_from
after update on public.ratings referencing old table as changed_rows
for each statement execute function private.count_ratings('-1');

create or replace trigger count_updated_to
after update on public.ratings referencing new table as changed_rows
for each statement execute function private.count_ratings('1');

create or replace trigger count_deleted
after delete on public.ratings referencing old table as changed_rows
for each statement execute function private.count_ratings('-1');

create or replace trigger trend_inserted
after insert on public.ratings referencing new table as changed_rows
for each statement execute function private.trend_ratings();

create or replace trigger enqueue_inserted
after insert on public.ratings referencing new table as changed_rows
for each statement execute function private.enqueue_similarity();

create or replace trigger enqueue_updated
after update on public.ratings referencing new table as changed_rows
for each statement execute function private.enqueue_similarity();

create or replace trigger enqueue_deleted
after delete on public.ratings referencing old table as changed_rows
for each statement execute function private.enqueue_similarity();

-- source: sql/access/account_deletions.sql
-- One sees when one's account will be erased; delete_my_account and cancel_account_deletion write.
alter table public.account_deletions enable row level security;
revoke all on public.account_deletions from anon, authenticated;
grant select on public.account_deletions to authenticated;
grant all on public.account_deletions to service_role;

drop policy if exists account_deletions_select_own on public.account_deletions;
create policy account_deletions_select_own on public.account_deletions
for select to authenticated
using (account_id = (select auth.uid()));
comment on policy account_deletions_select_own on public.account_deletions is
'One sees when one''s account will be erased.';

-- source: sql/access/consent_purposes.sql
-- What can be consented to is everybody's to read, before signing up too.
alter table public.consent_purposes enable row level security;
revoke all on public.consent_purposes from anon, authenticated;
grant select on public.consent_purposes to anon, authenticated;
grant all on public.consent_purposes to service_role;

drop policy if exists consent_purposes_select_everybody on public.consent_purposes;
create policy consent_purposes_select_everybody on public.consent_purposes
for select to anon, authenticated
using (true);
comment on policy consent_purposes_select_everybody on public.consent_purposes is
'Everybody reads what can be consented to.';

-- source: sql/access/consents.sql
-- One reads and adds one's own consents. Nobody changes or deletes one, the service neither: they go with the account.
alter table public.consents enable row level security;
revoke all on public.consents from anon, authenticated, service_role;
grant select, insert (purpose, document_version, is_granted) on public.consents to authenticated;
grant select on public.consents to service_role;

drop policy if exists consents_select_own on public.consents;
create policy consents_select_own on public.consents
for select to authenticated
using (account_id = (select auth.uid()));
comment on policy consents_select_own on public.consents is 'One reads one''s own consents.';

drop policy if exists consents_insert_own on public.consents;
create policy consents_insert_own on public.consents
for insert to authenticated
with check (account_id = (select auth.uid()));
comment on policy consents_insert_own on public.consents is 'One adds to one''s own consents.';

-- source: sql/access/data_inventory.sql
-- The record of what is kept is for those who run the database.
alter table private.data_inventory enable row level security;
revoke all on private.data_inventory from anon, authenticated;

-- source: sql/access/periods.sql
-- Periods are for those who run the database.
alter table private.periods enable row level security;
revoke all on private.periods from anon, authenticated;

-- source: sql/rpc/identity/cancel_account_deletion.sql
-- Take back the deletion of one's account.
-- Returns whether one was asked for: false changes nothing.
-- Raises 42501 without an account.
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
revoke execute on function public.cancel_account_deletion() from public;
grant execute on function public.cancel_account_deletion() to authenticated;

-- source: sql/rpc/identity/delete_my_account.sql
-- Ask for the deletion of one's account. It is erased after a time of grace, 30 days unless configured otherwise; until
-- then its owner may sign in as before and take it back (cancel_account_deletion). Asking again changes nothing.
-- What goes and what stays: docs/security-guide.md.
-- Returns when the account will be erased.
-- Raises 42501 without an account.
-- Roles: authenticated.
-- Example: rpc/delete_my_account {}
create or replace function public.delete_my_account() returns timestamptz
language plpgsql set search_path = ''
as $$
begin
    return private.request_deletion();
end
$$;
comment on function public.delete_my_account() is 'Ask for the deletion of one''s account.';
revoke execute on function public.delete_my_account() from public;
grant execute on function public.delete_my_account() to authenticated;

-- source: sql/rpc/identity/export_my_data.sql
-- All that is stored about the caller: every row of every table that belongs to the account, its profiles and their
-- pseudonyms, and what sign-in keeps, without secrets. Columns that name other people are left out.
-- Returns an object, table → list of rows; tables that have no row of the caller's are there with an empty list.
-- Raises 42501 without an account.
-- Roles: authenticated.
-- Example: rpc/export_my_data {}
create or replace function public.export_my_data() returns jsonb
language plpgsql stable set search_path = ''
as $$
begin
    return private.export_own_rows();
end
$$;
comment on function public.export_my_data() is 'All that is stored about the caller.';
revoke execute on function public.export_my_data() from public;
grant execute on function public.export_my_data() to authenticated;

-- source: sql/rpc/identity/record_consent.sql
-- Record that the caller gave, refused or took back a consent. The latest of a purpose counts.
--   purpose  what for: one of consent_purposes
--   granted  whether it is given
--   version  the version of the text that was shown, up to 50 characters
-- Returns the row of consents.
-- Raises 22023 for a parameter missing, too long or an unknown purpose, 42501 without an account.
-- Roles: authenticated.
-- Example: rpc/record_consent {"purpose": "marketing", "granted": true, "version": "2026-11"}
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
comment on function public.record_consent(text, boolean, text) is 'Record that the caller gave or took back a consent.';
revoke execute on function public.record_consent(text, boolean, text) from public;
grant execute on function public.record_consent(text, boolean, text) to authenticated;
