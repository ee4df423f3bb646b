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
        'where private.is_personal_bucket(o.bucket_id) and o.created_at < now() - interval ''1 hour'' '
        'group by o.id, o.bucket_id, o.name '
        'having count(u.id) > 0 and bool_and(u.id is null or not exists (select from public.accounts as a where a.id = u.id)) '
        'order by o.bucket_id, o.name limit $1'
        using batch;
end
$$;
comment on function private.orphan_files(integer) is 'Files whose user does not exist.';
revoke execute on function private.orphan_files(integer) from public;
