-- The schema of Supabase Storage: same names, types, keys, policies' helpers and grants, so that migrations
-- that build on it mean the same on hosted. Run once by supabase_admin, after the roles and the schema were created.

-- Hosted lets `postgres` write policies on these tables though it does not own them; without that extension it takes
-- the owner's rights.
grant supabase_storage_admin to postgres;

grant usage on schema storage to postgres, anon, authenticated, service_role;

set role supabase_storage_admin;

create type storage.buckettype as enum ('STANDARD', 'ANALYTICS', 'VECTOR');

create table storage.buckets (
    id text not null,
    name text not null,
    owner uuid,
    created_at timestamptz default now(),
    updated_at timestamptz default now(),
    public boolean default false,
    avif_autodetection boolean default false,
    file_size_limit bigint,
    allowed_mime_types text [],
    owner_id text,
    type storage.buckettype not null default 'STANDARD',
    versioning_status text not null default 'DISABLED',
    constraint buckets_pkey primary key (id)
);
comment on column storage.buckets.owner is 'Field is deprecated, use owner_id instead';
create unique index bname on storage.buckets (name);

create table storage.objects (
    id uuid not null default gen_random_uuid(),
    bucket_id text,
    name text,
    owner uuid,
    created_at timestamptz default now(),
    updated_at timestamptz default now(),
    last_accessed_at timestamptz default now(),
    metadata jsonb,
    path_tokens text [] generated always as (string_to_array(name, '/')) stored,
    version text,
    owner_id text,
    user_metadata jsonb,
    archived_at timestamptz,
    is_delete_marker boolean not null default false,
    is_versioned boolean not null default false,
    constraint objects_pkey primary key (id),
    constraint "objects_bucketId_fkey" foreign key (bucket_id) references storage.buckets (id)
);
comment on column storage.objects.owner is 'Field is deprecated, use owner_id instead';
create unique index bucketid_objname on storage.objects (bucket_id, name);
create index name_prefix_search on storage.objects (name text_pattern_ops);
create index idx_objects_bucket_id_name on storage.objects (bucket_id, name collate "C");
create index idx_objects_bucket_id_name_lower on storage.objects (bucket_id, lower(name) collate "C");

create table storage.s3_multipart_uploads (
    id text not null,
    in_progress_size bigint not null default 0,
    upload_signature text not null,
    bucket_id text not null,
    key text collate "C" not null,
    version text not null,
    owner_id text,
    created_at timestamptz not null default now(),
    user_metadata jsonb,
    metadata jsonb,
    constraint s3_multipart_uploads_pkey primary key (id),
    constraint s3_multipart_uploads_bucket_id_fkey foreign key (bucket_id) references storage.buckets (id)
);
create index idx_multipart_uploads_list on storage.s3_multipart_uploads (bucket_id, key, created_at);

create table storage.s3_multipart_uploads_parts (
    id uuid not null default gen_random_uuid(),
    upload_id text not null,
    size bigint not null default 0,
    part_number integer not null,
    bucket_id text not null,
    key text collate "C" not null,
    etag text not null,
    owner_id text,
    version text not null,
    created_at timestamptz not null default now(),
    constraint s3_multipart_uploads_parts_pkey primary key (id),
    constraint s3_multipart_uploads_parts_bucket_id_fkey foreign key (bucket_id) references storage.buckets (id),
    constraint s3_multipart_uploads_parts_upload_id_fkey
    foreign key (upload_id) references storage.s3_multipart_uploads (id) on delete cascade
);

-- Functions for policies: the parts of a name.

create function storage.foldername(name text) returns text []
language plpgsql immutable
as $$
begin
    return (string_to_array(name, '/'))[:cardinality(string_to_array(name, '/')) - 1];
end
$$;

create function storage.filename(name text) returns text
language plpgsql immutable
as $$
begin
    return (string_to_array(name, '/'))[cardinality(string_to_array(name, '/'))];
end
$$;

create function storage.extension(name text) returns text
language plpgsql immutable
as $$
begin
    return reverse(split_part(reverse(storage.filename(name)), '.', 1));
end
$$;

-- For policies: the operation of the request, such as storage.object.upload.

create function storage.operation() returns text
language plpgsql stable
as $$
begin
    return current_setting('storage.operation', true);
end
$$;

create function storage.allow_any_operation(expected_operations text []) returns boolean
language sql stable
as $$
  select exists (
    select from unnest(expected_operations) as expected
    where regexp_replace(expected, '^storage\.', '') = regexp_replace(storage.operation(), '^storage\.', '')
  )
$$;

create function storage.can_insert_object(bucketid text, name text, owner uuid, metadata jsonb) returns void
language plpgsql
as $$
begin
    insert into storage.objects (bucket_id, name, owner, metadata) values (bucketid, name, owner, metadata);
    raise sqlstate 'PT200' using message = 'ROLLBACK', detail = 'rollback successful insert';
end
$$;

create function storage.get_size_by_bucket() returns table (size bigint, bucket_id text)
language plpgsql stable
as $$
begin
    return query
        select sum((o.metadata ->> 'size')::bigint)::bigint, o.bucket_id from storage.objects as o group by o.bucket_id;
end
$$;

-- One folder's content: its files, and the folders below it as rows without id. `search` is the beginning of a name.
-- By name a folder sorts as if its name ended with a slash, without regard to case: B, b.txt, c.txt, C/.
-- The prefix ends with a slash or is empty; `levels` is there for callers that give it by position.

create function storage.search(
    prefix text,
    bucketname text,
    limits integer default 100,
    levels integer default 1,
    offsets integer default 0,
    search text default '',
    sortcolumn text default 'name',
    sortorder text default 'asc'
) returns table (
    name text,
    id uuid,
    updated_at timestamptz,
    created_at timestamptz,
    last_accessed_at timestamptz,
    metadata jsonb
)
language plpgsql stable
as $$
#variable_conflict use_column
declare
    v_column text := case when lower(sortcolumn) in ('updated_at', 'created_at', 'last_accessed_at')
        then lower(sortcolumn) else 'name' end;
    v_by text := case when v_column = 'name' then 'lower(e.name || case when e.id is null then ''/'' else '''' end) collate "C"' else 'e.' || v_column end;
    v_order text := case when lower(sortorder) = 'desc' then 'desc' else 'asc' end;
    v_start text := lower(coalesce(prefix, '') || coalesce(search, ''));
    v_depth integer := cardinality(string_to_array(coalesce(search, '') || '/', '/')) - 1;
begin
    return query execute format(
        $query$
        with under as (
            select o.*, substr(o.name, $1) as rest, string_to_array(substr(o.name, $1), '/') as tokens
            from storage.objects as o
            where o.bucket_id = $2
              and lower(o.name) collate "C" like replace(replace(replace($3, '\', '\\'), '%%', '\%%'), '_', '\_') || '%%'
        ), entries as (
            select u.rest as name, u.id, u.updated_at, u.created_at, u.last_accessed_at, u.metadata
            from under as u where cardinality(u.tokens) <= $4
            union all
            select distinct array_to_string(u.tokens[:$4], '/'), null::uuid, null::timestamptz, null::timestamptz,
                null::timestamptz, null::jsonb
            from under as u where cardinality(u.tokens) > $4
        )
        select * from entries as e
        order by %1$s %2$s nulls first, e.name collate "C" %2$s limit $5 offset $6
        $query$, v_by, v_order
    ) using length(coalesce(prefix, '')) + 1, bucketname, v_start, v_depth, least(coalesce(limits, 100), 1500), offsets;
end
$$;

-- One folder's content in pages: after the last row of the page before, by its name, and by its time where times sort.
-- Folders end with a slash and come without id; by times they are the oldest.

create function storage.search_v2(
    prefix text,
    bucket_name text,
    limits integer default 100,
    levels integer default 1,
    start_after text default '',
    sort_order text default 'asc',
    sort_column text default 'name',
    sort_column_after text default ''
) returns table (
    key text,
    name text,
    id uuid,
    updated_at timestamptz,
    created_at timestamptz,
    last_accessed_at timestamptz,
    metadata jsonb
)
language plpgsql stable
as $$
#variable_conflict use_column
declare
    v_by_time boolean := lower(sort_column) in ('updated_at', 'created_at');
    v_order text := case when lower(sort_order) = 'desc' then 'desc' else 'asc' end;
begin
    return query execute format(
        $query$
        with under as (
            select o.* from storage.objects as o
            where o.bucket_id = $2
              and o.name collate "C" like replace(replace(replace($1, '\', '\\'), '%%', '\%%'), '_', '\_') || '%%'
        ), entries as (
            select u.name, u.id, u.updated_at, u.created_at, u.last_accessed_at, u.metadata
            from under as u where cardinality(u.path_tokens) <= $3
            union all
            select distinct array_to_string(u.path_tokens[:$3], '/') || '/', null::uuid, null::timestamptz,
                null::timestamptz, null::timestamptz, null::jsonb
            from under as u where cardinality(u.path_tokens) > $3
        ), sorted as (
            select e.*, %1$s as moment from entries as e
        )
        select split_part(s.name, '/', $3), s.name, s.id, s.updated_at, s.created_at, s.last_accessed_at, s.metadata
        from sorted as s
        where $4 = '' or (s.moment, s.name collate "C") %2$s (coalesce(nullif($5, '')::timestamptz, '-infinity'), $4)
        order by s.moment %3$s, s.name collate "C" %3$s limit $6
        $query$,
        case when v_by_time then format('coalesce(e.%I, ''-infinity'')', lower(sort_column))
            else '''-infinity''::timestamptz' end,
        case v_order when 'asc' then '>' else '<' end,
        v_order
    ) using coalesce(prefix, ''), bucket_name, levels, coalesce(start_after, ''),
        case when v_by_time then sort_column_after end, least(coalesce(limits, 100), 1500);
end
$$;

create function storage.update_updated_at_column() returns trigger
language plpgsql
as $$
begin
    new.updated_at = now();
    return new;
end
$$;

create trigger update_objects_updated_at before update on storage.objects
for each row execute function storage.update_updated_at_column();

-- A row that is deleted past the API would leave its file behind.

create function storage.protect_delete() returns trigger
language plpgsql
as $$
begin
    if coalesce(current_setting('storage.allow_delete_query', true), 'false') <> 'true' then
        raise sqlstate '42501' using
            message = 'Direct deletion from storage tables is not allowed. Use the Storage API instead.',
            hint = 'This prevents accidental data loss from orphaned objects.';
    end if;
    return null;
end
$$;

create trigger protect_buckets_delete before delete on storage.buckets
for each statement execute function storage.protect_delete();
create trigger protect_objects_delete before delete on storage.objects
for each statement execute function storage.protect_delete();

-- Policies decide: everybody may try, and without a policy only service_role gets anything.

alter table storage.buckets enable row level security;
alter table storage.objects enable row level security;
alter table storage.s3_multipart_uploads enable row level security;
alter table storage.s3_multipart_uploads_parts enable row level security;

grant all on storage.buckets, storage.objects to postgres, anon, authenticated, service_role;
grant all on storage.s3_multipart_uploads, storage.s3_multipart_uploads_parts to postgres, service_role;
grant select on storage.s3_multipart_uploads, storage.s3_multipart_uploads_parts to anon, authenticated;
grant execute on all functions in schema storage to postgres, anon, authenticated, service_role;

reset role;
