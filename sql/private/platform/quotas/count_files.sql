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
