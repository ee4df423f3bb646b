-- Worker. Returns the files that belong to an account alone: avatars, portraits and recordings of speech. Empty where
-- Storage is not installed.
create or replace function private.personal_files(account_id uuid) returns table (bucket_id text, name text)
language plpgsql stable set search_path = ''
as $$
begin
    if to_regclass('storage.objects') is not null then
        return query execute
            'select o.bucket_id, o.name from storage.objects as o '
            'where private.is_personal_bucket(o.bucket_id) and $1::text in (o.owner_id, split_part(o.name, ''/'', 1)) '
            'order by o.bucket_id, o.name'
            using account_id;
    end if;
end
$$;
comment on function private.personal_files(uuid) is 'The files that belong to an account alone.';
revoke execute on function private.personal_files(uuid) from public;
