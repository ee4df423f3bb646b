-- Trigger. Checks size and type of a file against its bucket's limits, whichever way it arrived: Storage itself checks
-- neither when it copies, nor the size of a body without a length. It refuses a cacheControl that cannot be sent as a
-- header. In buckets with quotas it checks name and metadata too. Unchecked are changes of other columns, such as the
-- owner, and rows that private.restore_hidden_files restores for deletion. Raises 42501, to which Storage responds with
-- 403.
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
