-- name: scope
select
  set_config('role', %(role)s, true),
  set_config('request.jwt.claims', %(claims)s, true),
  set_config('request.jwt.claim.sub', %(sub)s, true),
  set_config('request.jwt.claim.role', %(role)s, true),
  set_config('request.headers', %(headers)s, true),
  set_config('request.method', %(method)s, true),
  set_config('request.path', %(path)s, true),
  set_config('storage.operation', %(operation)s, true),
  set_config('storage.allow_delete_query', 'true', true);

-- name: role
select set_config('role', %(role)s, true);

-- name: bucket
select * from storage.buckets where id = %(id)s;

-- name: lock_bucket
select * from storage.buckets where id = %(id)s for update;

-- name: buckets
with found as (
  select *, case %(column)s when 'created_at' then created_at when 'updated_at' then updated_at end as moment
  from storage.buckets
  where position(lower(%(search)s) in lower(name)) > 0
)
select * from found
order by
  case when not %(descending)s then moment end, case when %(descending)s then moment end desc,
  case when not %(descending)s then name end, case when %(descending)s then name end desc
limit %(limit)s offset %(offset)s;

-- name: insert_bucket
insert into storage.buckets (id, name, public, owner, owner_id, file_size_limit, allowed_mime_types)
values (%(id)s, %(name)s, %(public)s, %(owner)s, %(owner_id)s, %(file_size_limit)s, %(allowed_mime_types)s);

-- name: update_bucket
update storage.buckets
set public = %(public)s, file_size_limit = %(file_size_limit)s, allowed_mime_types = %(allowed_mime_types)s,
  updated_at = now()
where id = %(id)s;

-- name: delete_bucket
delete from storage.buckets where id = %(id)s;

-- name: bucket_holds_objects
select exists (select from storage.objects where bucket_id = %(id)s) as found;

-- name: object
select * from storage.objects where bucket_id = %(bucket)s and name = %(name)s;

-- name: lock_object
select * from storage.objects where bucket_id = %(bucket)s and name = %(name)s for update;

-- name: names
select name from storage.objects where bucket_id = %(bucket)s and name = any(%(names)s::text[]);

-- name: lock_name
select pg_advisory_xact_lock(hashtextextended(%(bucket)s || '/' || %(name)s, 0));

-- name: insert_object
insert into storage.objects (bucket_id, name, owner, owner_id, metadata, user_metadata, version)
values (%(bucket)s, %(name)s, %(owner)s, %(owner_id)s, %(metadata)s, %(user_metadata)s, %(version)s);

-- name: upsert_object
insert into storage.objects (bucket_id, name, owner, owner_id, metadata, user_metadata, version)
values (%(bucket)s, %(name)s, %(owner)s, %(owner_id)s, %(metadata)s, %(user_metadata)s, %(version)s)
on conflict (bucket_id, name) do update
set owner = excluded.owner, owner_id = excluded.owner_id, metadata = excluded.metadata,
  user_metadata = excluded.user_metadata, version = excluded.version;

-- name: move_object
update storage.objects
set bucket_id = %(to_bucket)s, name = %(to_name)s, owner = %(owner)s, owner_id = %(owner_id)s
where bucket_id = %(bucket)s and name = %(name)s
returning *;

-- name: delete_object
delete from storage.objects where bucket_id = %(bucket)s and name = %(name)s
returning *;

-- name: delete_objects
delete from storage.objects where bucket_id = %(bucket)s and name = any(%(names)s::text[])
returning *;

-- name: delete_some_objects
delete from storage.objects
where id in (select id from storage.objects where bucket_id = %(bucket)s limit 1000)
returning *;

-- name: search
select * from storage.search(
  %(prefix)s, %(bucket)s, %(limit)s, %(levels)s, %(offset)s, %(search)s, %(column)s, %(order)s
);

-- name: search_pages
select * from storage.search_v2(
  %(prefix)s, %(bucket)s, %(limit)s, %(levels)s, %(after)s, %(order)s, %(column)s, %(column_after)s
);

-- name: all_versions
select version from storage.objects where version is not null order by version collate "C";

-- name: versions_kept
select version from storage.objects where version = any(%(versions)s);

-- name: wait_for_writers
lock table storage.objects in share mode;
