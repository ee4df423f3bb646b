-- Functions, triggers and policies as sql/ has them.

set lock_timeout = '10s';
set check_function_bodies = off;

-- source: sql/private/platform/check_file.sql
-- Trigger of storage.objects: a file is of the size and type that its bucket takes, whichever way it came: Storage
-- itself looks at neither when it copies, nor at the size of a body without a length. Its cacheControl can stand in a
-- header: with a line break in it, Storage could not send the file. In the buckets that have quotas, what a client says
-- of a file has a form and a size too. A file of before stays as it is when its owner changes, and has its row back when
-- it is to be deleted. Raises 42501, which Storage answers with 403.
-- Definer: clients may not read buckets, quotas and notes.
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
        then 'a name has up to 500 visible characters and no part that is empty, . or ..'
        when v_has_quota and not private.is_small_json(nullif(new.user_metadata, 'null'), 2000)
        then 'metadata is an object of up to 2,000 bytes'
        when v_has_quota and not private.is_small_json(nullif(new.metadata, 'null'), 2000)
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

-- source: sql/private/identity/end_reused_session.sql
-- Trigger: at the end of a transaction that revokes a refresh token without a successor, its session ends. Auth
-- revokes so when an older token of the session is used again after its time, which can be a thief's. It leaves the
-- session itself: the access token would live on, and the newest refresh token could be exchanged for ten seconds more.
-- Definer: Auth's own role runs it, which reads no schema of ours.
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
comment on function private.end_reused_session() is 'Trigger: ends the session in which a refresh token was reused.';
revoke execute on function private.end_reused_session() from public;

-- source: sql/triggers/auth_refresh_tokens.sql
-- A session ends when one of its refresh tokens is reused. Deferred: an exchange revokes a token before it makes the
-- next. Created where it is missing, since a constraint trigger is not replaced, and hosted lets Auth alone drop it.
do $$
begin
    if not exists (
        select from pg_trigger as t
        where t.tgrelid = 'auth.refresh_tokens'::regclass and t.tgname = 'end_reused_session'
    ) then
        create constraint trigger end_reused_session
        after update on auth.refresh_tokens
        deferrable initially deferred
        for each row execute function private.end_reused_session();
    end if;
end
$$;
