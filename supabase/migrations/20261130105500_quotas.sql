-- What clients write has a form and a size, accounts have quotas, statements have a time, and pictures of people are public
-- only as a worker made them again.

set lock_timeout = '10s';
set check_function_bodies = off;

-- Several times what the slowest honest call takes: docs/security-guide.md has the figures. REST gives each request its
-- role's. The service's calls are those of our own servers.
alter role anon set statement_timeout = '2s';
alter role authenticated set statement_timeout = '4s';
alter role service_role set statement_timeout = '30s';
notify pgrst, 'reload config';

create table private.quotas (
    resource text primary key,
    amount bigint not null,
    anonymous_amount bigint not null,
    meaning text not null,
    constraint quotas_not_negative check (amount >= 0 and anonymous_amount >= 0)
);
alter table private.quotas enable row level security;
comment on table private.quotas is
'How much of something an account may have. What has no row is not limited; a change holds from the next write on.';
comment on column private.quotas.resource is
'What is counted; of files the bucket, a dot, and files or bytes. A bucket with rows has its files checked.';
comment on column private.quotas.amount is 'How much an account may have.';
comment on column private.quotas.anonymous_amount is 'How much one may have that was made by an anonymous sign-in.';
comment on column private.quotas.meaning is 'What that is.';
insert into private.quotas (resource, amount, anonymous_amount, meaning) values
('ratings', 20000, 1000, 'Ratings of a profile.'),
('interactions', 20000, 2000, 'Interactions of an account in a month.'),
('interaction_bytes', 10000000, 500000, 'Bytes of metadata of an account''s interactions in a month.'),
('consents', 1000, 100, 'Consents of an account, given and taken back.'),
('avatars.files', 10, 0, 'Pictures in a person''s folder.'),
('avatars.bytes', 20971520, 0, 'Their bytes.'),
('speech.files', 1000, 0, 'Recordings in a person''s folder.'),
('speech.bytes', 524288000, 0, 'Their bytes.'),
('artwork.files', 50000, 0, 'Artwork that an editor uploaded.'),
('artwork.bytes', 107374182400, 0, 'Its bytes.'),
('masters.files', 5000, 0, 'Masters that an editor uploaded.'),
('masters.bytes', 10995116277760, 0, 'Their bytes.'),
('imports.files', 2000, 0, 'Imports that an editor uploaded.'),
('imports.bytes', 107374182400, 0, 'Their bytes.');

create table private.quota_uses (
    account_id uuid not null references public.accounts (id) on delete cascade,
    resource text not null,
    since date not null,
    used bigint not null,
    primary key (account_id, resource, since),
    constraint quota_uses_not_negative check (used >= 0)
);
alter table private.quota_uses enable row level security;
comment on table private.quota_uses is 'How much an account has of what private.quotas limits; kept by triggers.';
comment on column private.quota_uses.account_id is 'The account.';
comment on column private.quota_uses.resource is 'What is counted, as in quotas.';
comment on column private.quota_uses.since is
'The first day of the month that is counted; 2000-01-01 for what is counted for good.';
comment on column private.quota_uses.used is 'How much there is.';

create table private.reserved_names (
    name text primary key,
    constraint reserved_names_length check (length(name) between 1 and 100)
);
alter table private.reserved_names enable row level security;
comment on table private.reserved_names is
'Names that speak for the service: clients give no account such a name, nor one that looks like it.';
comment on column private.reserved_names.name is 'The name.';
insert into private.reserved_names (name) values
('abuse'), ('account'), ('accounts'), ('admin'), ('administration'), ('administrator'), ('anonymous'), ('api'), ('auth'),
('billing'), ('bot'), ('cinefluent'), ('cinefluent admin'), ('cinefluent support'), ('cinefluent team'), ('contact'),
('customer service'), ('customer support'), ('everyone'), ('guest'), ('help'), ('helpdesk'), ('hostmaster'), ('info'),
('legal'), ('mail'), ('mod'), ('moderator'), ('moderators'), ('news'), ('noreply'), ('no reply'), ('null'), ('official'),
('owner'), ('payments'), ('postmaster'), ('press'), ('privacy'), ('root'), ('security'), ('service'), ('service role'),
('staff'), ('superuser'), ('support'), ('support team'), ('sysadmin'), ('system'), ('team'), ('undefined'), ('webmaster'),
('www');

insert into private.data_inventory (schema_name, table_name, holds, is_personal, purpose, on_erasure) values
('private', 'quotas', 'How much an account may have.', false, null, 'none'),
('private', 'reserved_names', 'Names that no account may have.', false, null, 'none'),
('private', 'quota_uses', 'How much an account has.', true, 'To limit how much an account may have.', 'delete');

alter table public.profiles add column portrait_path text
constraint profiles_portrait_path_length check (length(portrait_path) <= 300);
comment on column public.profiles.avatar_path is
'The picture its owner uploaded: a path in the folder of the account''s id in the bucket avatars; null for none.';
comment on column public.profiles.portrait_path is
'Its picture as others see it: a path in the public bucket portraits, made by a worker; null for none yet.';

update storage.buckets set public = false where id = 'avatars';
insert into storage.buckets (id, name, public, file_size_limit, allowed_mime_types) values
('portraits', 'portraits', true, 524288, '{image/webp}')
on conflict (id) do update
set public = excluded.public, file_size_limit = excluded.file_size_limit,
allowed_mime_types = excluded.allowed_mime_types;

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
comment on function private.check_consent(text, boolean, text) is 'Refuse a consent that cannot be recorded.';
revoke execute on function private.check_consent(text, boolean, text) from public;
grant execute on function private.check_consent(text, boolean, text) to authenticated, service_role;

-- source: sql/private/identity/custom_access_token_hook.sql
-- Supabase Auth asks this before it signs an access token: the user's roles and tier go into app_metadata, in the place
-- of what may stand there; a suspended account gets no token. user_metadata of more than 4,000 bytes stays out: a token
-- that servers refuse for its length would lock its owner out.
-- Takes {user_id, claims, authentication_method}; returns the event with claims changed, or {error}.
-- Definer: the auth server's role may not read private tables.
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
comment on function private.custom_access_token_hook(jsonb) is 'Puts the user''s roles and tier into the access token.';
revoke execute on function private.custom_access_token_hook(jsonb) from public;
grant execute on function private.custom_access_token_hook(jsonb) to supabase_auth_admin;

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
            'where o.bucket_id in (''avatars'', ''portraits'', ''speech'') and $1::text in (o.owner_id, split_part(o.name, ''/'', 1)) '
            'order by o.bucket_id, o.name'
            using account_id;
    end if;
end
$$;
comment on function private.personal_files(uuid) is 'The files that are an account''s own.';
revoke execute on function private.personal_files(uuid) from public;

-- source: sql/private/platform/check_file.sql
-- Trigger of storage.objects: what a client says of a file has a form and a size, and the file is of the size and type
-- that its bucket takes, whichever way it came: Storage itself looks at neither when it copies, nor at the size of
-- a body without a length. In the buckets that have quotas. A file of before stays as it is when its owner changes, and
-- has its row back when it is to be deleted. Raises 42501, which Storage answers with 403.
-- Definer: clients may not read buckets, quotas and notes.
create or replace function private.check_file() returns trigger
language plpgsql security definer set search_path = ''
as $$
declare
    v_bucket storage.buckets;
    v_type text := lower(btrim(split_part(new.metadata ->> 'mimetype', ';', 1)));
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
    select b.* into v_bucket
    from storage.buckets as b
    join private.quotas as q on q.resource = b.id || '.files'
    where b.id = new.bucket_id;
    if not found then
        return new;
    end if;
    v_fault := case
        when not private.is_plain_text(new.name, 500) or new.name ~ '(^|/)(\.{0,2})(/|$)' or new.name like '%\\%'
        then 'a name has up to 500 visible characters and no part that is empty, . or ..'
        when not private.is_small_json(nullif(new.user_metadata, 'null'), 2000)
        then 'metadata is an object of up to 2,000 bytes'
        when not private.is_small_json(nullif(new.metadata, 'null'), 2000)
            or coalesce(new.metadata ->> 'cacheControl' !~ '^[ -~]{0,100}$', false)
        then 'cacheControl has up to 100 ASCII characters'
        when private.file_size(new.metadata) > v_bucket.file_size_limit
        then format('a file in %s may have up to %s bytes', v_bucket.id, v_bucket.file_size_limit)
        when v_type is not null and new.name not like '%/.emptyFolderPlaceholder'
            and cardinality(v_bucket.allowed_mime_types) > 0 and not exists (
            select from unnest(v_bucket.allowed_mime_types) as t (name) where v_type like replace(lower(t.name), '*', '%')
        )
        then format('a file in %s is %s', v_bucket.id, array_to_string(v_bucket.allowed_mime_types, ', '))
    end;
    if v_fault is not null then
        raise exception '%', v_fault using errcode = '42501';
    end if;
    return new;
end
$$;
comment on function private.check_file() is 'Trigger: refuses a file that its bucket does not take.';
revoke execute on function private.check_file() from public;

-- source: sql/private/platform/check_length.sql
-- Helper: refuse a text that is longer than its parameter may be, naming the field. Raises 22023.
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
comment on function private.check_length(text, text, integer) is 'Refuse a text that is longer than it may be.';
revoke execute on function private.check_length(text, text, integer) from public;
grant execute on function private.check_length(text, text, integer) to anon, authenticated, service_role;

-- source: sql/private/platform/count_files.sql
-- Trigger of storage.objects: an account has as many files, and bytes, in a bucket as its quotas say. Storage writes
-- the row before the bytes on trial, and with the file's size when it has them, on hosted too: so the first stops an
-- account that has no room left, the second one that has too little. Raises 42501, which Storage answers with 403.
-- Definer: clients may not read or write counts.
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
comment on function private.count_files() is 'Trigger: refuses files beyond the quota.';
revoke execute on function private.count_files() from public;

-- source: sql/private/platform/enqueue_portraits.sql
-- Trigger of profiles and storage.objects: the worker makes the public pictures of an account's profiles again when one
-- names another file, a file that one names changes, or either goes. The job that erases an account needs no other.
-- Definer: nobody but workers may write to the queue.
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
comment on function private.enqueue_portraits() is 'Trigger: has the public pictures of an account made again.';
revoke execute on function private.enqueue_portraits() from public;

-- source: sql/private/platform/file_account.sql
-- Helper: the account whose quota a file counts for: in buckets of people the folder's, in others the uploader's; null
-- for a file of the service.
create or replace function private.file_account(bucket_id text, name text, owner_id text) returns uuid
language sql immutable set search_path = ''
as $$
    select private.as_uuid(case when bucket_id in ('avatars', 'speech') then split_part(name, '/', 1) else owner_id end)
$$;
comment on function private.file_account(text, text, text) is 'Whose quota a file counts for.';
revoke execute on function private.file_account(text, text, text) from public;

-- source: sql/private/platform/file_size.sql
-- Helper: the size of a file by its row's metadata; 0 where it is not known yet.
create or replace function private.file_size(metadata jsonb) returns bigint
language sql immutable set search_path = ''
as $$
    select case
        when jsonb_typeof(metadata -> 'size') = 'number' then greatest((metadata ->> 'size')::numeric, 0)::bigint
        else 0
    end
$$;
comment on function private.file_size(jsonb) is 'The size of a file by its row''s metadata.';
revoke execute on function private.file_size(jsonb) from public;

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
            and value !~ (
                '[\u0300-\u036f\u0483-\u0489\u064b-\u0652\u0e31\u0e34-\u0e3a\u0e47-\u0e4e\u1ab0-\u1aff\u1dc0-\u1dff'
                '\u20d0-\u20ff\ufe20-\ufe2f]{4}'
            )
            and value !~ '^\s*[\u0300-\u036f\u1ab0-\u1aff\u1dc0-\u1dff\u20d0-\u20ff\ufe20-\ufe2f]'
            and regexp_replace(
                regexp_replace(
                    regexp_replace(
                        value,
                        -- A flag by tags; a variant of an emoji or a keycap; one of an ideograph.
                        '\U0001f3f4[\U000e0030-\U000e007a]{1,8}\U000e007f'
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
                '[\u0001-\u001f\u007f-\u009f\u00ad\u034f\u061c\u115f\u1160\u17b4\u17b5\u180b-\u180f\u200b-\u200f'
                '\u2028-\u202e\u2060-\u206f\u2800\u3164\ue000-\uf8ff\ufe00-\ufe0f\ufeff\uffa0\ufff0-\uffff'
                '\U0001bca0-\U0001bca3\U0001d173-\U0001d17a\U000e0000-\U0010ffff]'
            )
    end
$$;
comment on function private.is_plain_text(text, integer) is
'Is this a text that people can read, of 1 to so many characters?';
revoke execute on function private.is_plain_text(text, integer) from public;
grant execute on function private.is_plain_text(text, integer) to anon, authenticated, service_role;

-- source: sql/private/platform/is_reserved.sql
-- Helper: does this name look like one that speaks for the service, such as admin or support, with digits behind it or
-- not? Null for null.
-- Definer: clients may not read the list.
create or replace function private.is_reserved(name text) returns boolean
language sql stable security definer set search_path = ''
as $$
    select exists (
        select
        from private.reserved_names as r
        where private.confusable_form(r.name) in (
            private.confusable_form(is_reserved.name),
            private.confusable_form(regexp_replace(is_reserved.name, '[0-9_ .-]+$', ''))
        )
    )
    where is_reserved.name is not null
$$;
comment on function private.is_reserved(text) is 'Does this name look like one that speaks for the service?';
revoke execute on function private.is_reserved(text) from public;
grant execute on function private.is_reserved(text) to authenticated, service_role;

-- source: sql/private/platform/limit_consents.sql
-- Trigger: an account has as many consents as its quota says. Raises PT409.
-- Definer: clients may not read or write counts.
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
comment on function private.limit_consents() is 'Trigger: refuses consents beyond the quota.';
revoke execute on function private.limit_consents() from public;

-- source: sql/private/platform/limit_interactions.sql
-- Trigger: an account has as many interactions of a month, and bytes in their metadata, as its quotas say. What
-- retention removes is of months that are over. Raises PT409.
-- Definer: clients may not read or write counts.
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
comment on function private.limit_interactions() is 'Trigger: refuses interactions beyond the quota.';
revoke execute on function private.limit_interactions() from public;

-- source: sql/private/platform/limit_ratings.sql
-- Trigger of raters, whose rating_count private.count_ratings keeps: a profile has as many ratings as its account's
-- quota says. Raters without a profile are imported. Raises PT409.
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
comment on function private.limit_ratings() is 'Trigger: refuses ratings beyond the quota.';
revoke execute on function private.limit_ratings() from public;

-- source: sql/private/platform/limit_user_metadata.sql
-- Trigger of auth.users: what users write about themselves, which Auth puts into each token, has a size. Raises PT400,
-- which Auth answers as 400 with the message.
-- Definer: the auth server's role may use none of our functions.
create or replace function private.limit_user_metadata() returns trigger
language plpgsql security definer set search_path = ''
as $$
begin
    if new.raw_user_meta_data <> 'null' and not private.is_small_json(new.raw_user_meta_data, 16000) then
        raise exception 'user_metadata is an object of up to 16,000 bytes and 8 levels'
            using errcode = 'PT400', detail = '{"field": "user_metadata", "max": 16000}';
    end if;
    return new;
end
$$;
comment on function private.limit_user_metadata() is 'Trigger: refuses user metadata that is too large.';
revoke execute on function private.limit_user_metadata() from public;

-- source: sql/private/platform/quota_of.sql
-- Helper: how much of something an account may have; null: as much as it likes. For definer functions.
create or replace function private.quota_of(account_id uuid, resource text) returns bigint
language sql stable set search_path = ''
as $$
    select case when u.is_anonymous then q.anonymous_amount else q.amount end
    from private.quotas as q
    left join auth.users as u on u.id = quota_of.account_id
    where q.resource = quota_of.resource
$$;
comment on function private.quota_of(uuid, text) is 'How much of something an account may have.';
revoke execute on function private.quota_of(uuid, text) from public;

-- source: sql/private/platform/refuse_over_quota.sql
-- Helper: refuse rows that are more than an account may have: PT409. Null passes. For definer functions.
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
comment on function private.refuse_over_quota(bigint, text, text) is
'Refuse rows that are more than an account may have.';
revoke execute on function private.refuse_over_quota(bigint, text, text) from public;

-- source: sql/private/platform/refuse_reserved_name.sql
-- Trigger: nobody but the service gives an account a name that speaks for the service. Raises 23514.
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
comment on function private.refuse_reserved_name() is 'Trigger: refuses a name that speaks for the service.';
revoke execute on function private.refuse_reserved_name() from public;

-- source: sql/private/platform/refuse_value.sql
-- Trigger, with a constraint's name, its field and a sentence: refuses the row as the constraint would, and says what
-- the field can be. Where its WHEN repeats the constraint, clients read the sentence and not the constraint's name.
-- Raises 23514.
create or replace function private.refuse_value() returns trigger
language plpgsql set search_path = ''
as $$
begin
    raise exception '%', tg_argv[2]
        using errcode = '23514', detail = jsonb_build_object('field', tg_argv[1])::text,
        schema = tg_table_schema, table = tg_table_name, column = tg_argv[1], constraint = tg_argv[0];
end
$$;
comment on function private.refuse_value() is 'Trigger: refuses a value and says what it can be.';
revoke execute on function private.refuse_value() from public;

-- source: sql/private/platform/use_quota.sql
-- Helper: count what an account has more, or less, of something. Returns the account's quota where it has more than
-- that now, else null; the caller refuses. Two that count at once wait for each other by the row: the quota is exact.
-- What is in no account, or has no quota, is not counted. For definer functions.
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
'Count what an account has; the quota if it is too much.';
revoke execute on function private.use_quota(uuid, text, bigint, date) from public;

-- source: sql/private/search/check_search.sql
-- Refuse parameters of search_content that are missing or out of range. Raises 22023, naming the field.
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
'Refuse parameters of search_content that are missing or out of range.';
revoke execute on function private.check_search(text, extensions.vector, private.search_filters, integer) from public;
grant execute on function private.check_search(text, extensions.vector, private.search_filters, integer)
to anon, authenticated, service_role;

-- source: sql/private/search/read_cursor.sql
-- What private.write_cursor wrote; null for null. Raises 22023 for anything else, and for another search's.
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
    raise exception 'cursor is not that of a page of this search'
        using errcode = '22023', detail = '{"field": "cursor"}',
        hint = 'Send next_cursor as it came, with the query and the filters that it came for.';
end
$$;
comment on function private.read_cursor(text, text) is 'Where the page before ended.';
revoke execute on function private.read_cursor(text, text) from public;
grant execute on function private.read_cursor(text, text) to anon, authenticated, service_role;

-- source: sql/private/platform/are_language_codes.sql
-- Helper: is this a plain list of up to 20 ISO 639 codes? Null for null.
create or replace function private.are_language_codes(codes text[]) returns boolean
language sql immutable parallel safe
return cardinality(codes) <= 20
and coalesce(array_ndims(codes), 1) = 1
and not exists (
    select
    from unnest(codes) as c (code)
    where c.code is null or c.code !~ '^[a-z]{2,3}$'
);
comment on function private.are_language_codes(text[]) is 'Is this a plain list of up to 20 ISO 639 codes?';
revoke execute on function private.are_language_codes(text[]) from public;
grant execute on function private.are_language_codes(text[]) to anon, authenticated, service_role;

-- source: sql/private/platform/is_own_path.sql
-- Helper: is this the path of a file in the account's own folder, such as 5d3c…/me.png? A segment has a letter, a digit
-- or an underscore, so that none is empty, . or ..; nothing in it has a meaning in an address. Null for null.
create or replace function private.is_own_path(path text, account_id uuid) returns boolean
language sql immutable parallel safe
return length(path) <= 300
and starts_with(path, account_id::text || '/')
and path ~ '^[0-9a-f-]{36}(/[A-Za-z0-9_.!()''&$@=+, -]*[A-Za-z0-9_][A-Za-z0-9_.!()''&$@=+, -]*)+$';
comment on function private.is_own_path(text, uuid) is 'Is this the path of a file in the account''s own folder?';
revoke execute on function private.is_own_path(text, uuid) from public;
grant execute on function private.is_own_path(text, uuid) to anon, authenticated, service_role;

-- source: sql/private/platform/is_small_json.sql
-- Helper: is this a JSON object of at most so many bytes of text and 8 levels? Null for null.
create or replace function private.is_small_json(value jsonb, most integer) returns boolean
language sql immutable parallel safe
return case
    when value is null then null
    when jsonb_typeof(value) <> 'object' or octet_length(value::text) > most then false
    else not jsonb_path_exists(value, 'strict $.**{9 to last}')
end;
comment on function private.is_small_json(jsonb, integer) is
'Is this a JSON object of at most so many bytes of text and 8 levels?';
revoke execute on function private.is_small_json(jsonb, integer) from public;
grant execute on function private.is_small_json(jsonb, integer) to anon, authenticated, service_role;

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
                    -- Cyrillic, Greek, Armenian, other Latin, digits and signs; i, I, 1 and l are one.
                    'АВЕКМНОРСТУХІЈЅИПГаевкмнорстухіјѕипгԁԛԝүһӏ'
                    || 'ΑΒΕΖΗΙΚΜΝΟΡΤΥΧΙαβεηικνορτυχγσω'
                    || 'օոսհɑıłøđðɡᴀʙᴄᴅᴇғɢʜɪᴊᴋʟᴍɴᴏᴘʀꜱᴛᴜᴠᴡʏᴢ'
                    || '01345789@$!|iI',
                    'ABEKMHOPCTYXIJSNNRaebkmhopctyxijsnnrdqwyhl'
                    || 'ABEZHIKMNOPTYXIabenikvoptuxyow'
                    || 'onuhailoddgabcdefghijklmnoprstuvwyz'
                    || 'oleastbgaslllL'
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

-- source: sql/triggers/portraits.sql
-- A profile's public picture follows the one it names.
create or replace trigger enqueue_portraits
after insert or update of avatar_path on public.profiles
for each row when (new.avatar_path is not null or new.portrait_path is not null)
execute function private.enqueue_portraits();

create or replace trigger enqueue_portraits_without
after delete on public.profiles
for each row when (old.portrait_path is not null) execute function private.enqueue_portraits();

-- source: sql/triggers/quotas.sql
-- Accounts have so much and no more: private.quotas.
create or replace trigger limit_consents
after insert on public.consents referencing new table as changed_rows
for each statement execute function private.limit_consents();

create or replace trigger limit_interactions
after insert on public.interactions referencing new table as changed_rows
for each statement execute function private.limit_interactions();

create or replace trigger limit_ratings
before update of rating_count on public.raters
for each row when (new.profile_id is not null and new.rating_count > old.rating_count)
execute function private.limit_ratings();

create or replace trigger limit_user_metadata
before insert on auth.users
for each row execute function private.limit_user_metadata();

create or replace trigger limit_new_user_metadata
before update of raw_user_meta_data on auth.users
for each row when (new.raw_user_meta_data is distinct from old.raw_user_meta_data)
execute function private.limit_user_metadata();

-- source: sql/triggers/storage_objects.sql
-- Files are what their bucket takes and within their account's quotas; a worker publishes people's pictures,
-- which it encodes again. Row by row: an upload is a row.
create or replace trigger check_file
before insert or update on storage.objects
for each row execute function private.check_file();

create or replace trigger count_files
after insert or update or delete on storage.objects
for each row execute function private.count_files();

create or replace trigger enqueue_portraits
after insert or update or delete on storage.objects
for each row execute function private.enqueue_portraits();

-- source: sql/triggers/values.sql
-- Each check of a column that clients write is said in a sentence before the constraint of that name would refuse the
-- row by its name alone; sql/lint/client_values.sql finds one that is not.
create or replace trigger refuse_display_name
before insert or update on public.accounts
for each row when (not private.is_plain_text(new.display_name, 100))
execute function private.refuse_value(
    'accounts_display_name_plain', 'display_name',
    'display_name must have 1 to 100 characters, a visible one among them and none that is invisible or turns direction'
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

create or replace trigger refuse_name
before insert or update on public.profiles
for each row when (not private.is_plain_text(new.name, 100))
execute function private.refuse_value(
    'profiles_name_plain', 'name',
    'name must have 1 to 100 characters, a visible one among them and none that is invisible or turns direction'
);

create or replace trigger refuse_avatar_path
before insert or update on public.profiles
for each row when (not private.is_own_path(new.avatar_path, new.account_id))
execute function private.refuse_value(
    'profiles_avatar_path_own', 'avatar_path',
    'avatar_path must be a path of up to 300 characters in the folder of one''s own id, such as <id>/me.png'
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
    'language_preference must be two or three small letters (ISO 639), such as en'
);

create or replace trigger refuse_learning_languages
before insert or update on public.profiles
for each row when (not private.are_language_codes(new.learning_languages))
execute function private.refuse_value(
    'profiles_learning_languages_codes', 'learning_languages',
    'learning_languages must be a list of up to 20 codes of two or three small letters (ISO 639)'
);

create or replace trigger refuse_preferences
before insert or update on public.profiles
for each row when (not private.is_small_json(new.preferences, 16000))
execute function private.refuse_value(
    'profiles_preferences_small', 'preferences',
    'preferences must be a JSON object of up to 16,000 bytes and 8 levels'
);

create or replace trigger refuse_rating
before insert or update on public.ratings
for each row when (not (new.rating between 0.5 and 5.0 and new.rating * 2 = floor(new.rating * 2)))
execute function private.refuse_value(
    'ratings_half_steps', 'rating', 'rating must be 0.5 to 5.0 in half steps'
);

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
    'document_version must have 1 to 50 characters, a visible one among them and none that is invisible'
);

-- source: sql/rpc/search/search_content.sql
-- Films, shows, sports and books found by words and by meaning together, with counts to narrow the search by.
--   query            what to look for, at most 1,000 characters: titles, authors, words of the texts, in any order and
--                    nearly spelt right; "phrases", -excluded words and OR are understood
--   query_embedding  the query as 384 numbers, by the model that item_embeddings.model names; none: words alone
--   kind             movie, tv_show, sports or book; none: all of them
--   genre            a genre's slug; none: any
--   language         ISO 639 code of an item's language; none: any
--   year_from        not before this year, 0 to 3000; none: no matter when
--   year_to          not after this year, 0 to 3000; none: no matter when
--   tier             free or premium: what it takes to play it here and now; none: either
--   count            how many a page, 1 to 100, default 20
--   cursor           next_cursor of the page before, with the same query and filters; none: the first page
-- Returns JSON: results (id, kind, title, overview, year, language, image, score, similarity, matched: words, name,
-- meaning; title_html and snippet_html: escaped, the words in mark elements), best first; total, how many match, 1,000
-- at most; facets (kind, genre, language, decade, tier: value and count among all that match, most first); next_cursor,
-- null on the last page. What comes into the catalogue while somebody turns pages is found by the next search.
-- Raises 22023 for a parameter missing or out of range, or a cursor of another search; named in detail.field.
-- Roles: anon, authenticated, service_role.
-- Example: rpc/search_content {"query": "blade runer", "kind": "movie", "count": 10}
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
) is 'Items found by words and by meaning together, with counts to narrow the search by.';
revoke execute on function public.search_content(
    text, extensions.vector, text, text, text, integer, integer, text, integer, text
) from public;
grant execute on function public.search_content(
    text, extensions.vector, text, text, text, integer, integer, text, integer, text
) to anon, authenticated, service_role;

-- source: sql/rpc/search/suggest.sql
-- Titles and authors for what somebody is typing: those with a word that begins so, the most popular first; then those
-- that do if it is nearly spelt right.
--   q      what was typed so far, at most 200 characters
--   count  how many at most, 1 to 50, default 8
-- Returns suggestion (the name), kind (the item's, or author), id, title, year and image of the item; an author has
-- none of these but the kind.
-- Raises 22023 for a parameter missing or out of range, named in detail.field.
-- Roles: anon, authenticated, service_role.
-- Example: rpc/suggest {"q": "blade ru"}
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
comment on function public.suggest(text, integer) is 'Titles and authors for what somebody is typing.';
revoke execute on function public.suggest(text, integer) from public;
grant execute on function public.suggest(text, integer) to anon, authenticated, service_role;
