-- Functions, triggers and policies as sql/ has them.

set lock_timeout = '10s';
set check_function_bodies = off;

-- source: sql/private/identity/check_session.sql
-- Refuse a request whose token the database no longer stands by: private.session_error says why.
-- Raises 401 account_suspended, user_banned, session_ended; 403 role_revoked, profile_refused.
create or replace function private.check_session() returns void
language plpgsql stable set search_path = ''
as $$
declare
    v_fault text := private.session_error();
begin
    if v_fault is null then
        return;
    end if;
    case v_fault
        when 'account_suspended' then
            perform private.refuse(401, 'account_suspended', 'This account is suspended.', 'Sign out.');
        when 'user_banned' then
            perform private.refuse(401, 'user_banned', 'This user is banned.', 'Sign out.');
        when 'session_ended' then
            perform private.refuse(401, 'session_ended', 'This session has ended.', 'Sign in again.');
        when 'role_revoked' then
            perform private.refuse(403, 'role_revoked', 'This user is no admin any more.', 'Refresh the session.');
        when 'profile_refused' then
            perform private.refuse(
                403, 'profile_refused', 'x-profile-id names no profile of yours.', 'Send one of your own, or none.'
            );
    end case;
end
$$;
comment on function private.check_session() is 'Refuse a token that the database no longer stands by.';
revoke execute on function private.check_session() from public;
grant execute on function private.check_session() to anon, authenticated, service_role;

-- source: sql/private/identity/session_fault.sql
-- What an access token still says and the database no longer does, for a signed-in caller: session_ended; user_banned;
-- account_suspended; role_revoked, when it is no admin any more; profile_refused, when the header x-profile-id names
-- no profile of the caller's. Null when nothing is wrong, and for anon and the service. Every table is asked by its
-- key, and only where there is something to ask. A token without a session_id, which only the operator can sign, has
-- no session to end. Never raises: policies ask it where no request check is made, as in Storage.
-- Definer: it reads auth.sessions and auth.users, which are nobody's to read.
create or replace function private.session_error() returns text
language plpgsql stable security definer set search_path = ''
as $$
declare
    v_claims jsonb;
    v_user uuid;
    v_session text;
    v_session_id uuid;
    v_profile text;
    v_banned_until timestamptz;
    v_status text;
    v_is_live boolean;
begin
    if current_setting('role', true) is distinct from 'authenticated' then
        return null;
    end if;
    v_claims := nullif(current_setting('request.jwt.claims', true), '');
    v_user := private.as_uuid(v_claims ->> 'sub');
    v_session := nullif(v_claims ->> 'session_id', '00000000-0000-0000-0000-000000000000');
    v_session_id := private.as_uuid(v_session);
    v_profile := private.request_header('x-profile-id');

    select u.banned_until, a.status, s.id is not null into v_banned_until, v_status, v_is_live
    from auth.users as u
    left join public.accounts as a on a.id = v_user
    left join auth.sessions as s
        on s.id = v_session_id and s.user_id = v_user and (s.not_after is null or s.not_after > now())
    where u.id = v_user;

    if v_status = 'suspended' then
        return 'account_suspended';
    elsif v_banned_until > now() then
        return 'user_banned';
    elsif v_session is not null and v_is_live is not true then
        return 'session_ended';
    elsif v_claims #> '{app_metadata,roles}' ? 'admin' and not exists (
        select from private.user_roles as r where r.user_id = v_user and r.role = 'admin'
    ) then
        return 'role_revoked';
    elsif v_profile is not null and not exists (
        select from public.profiles as p where p.id = private.as_uuid(v_profile) and p.account_id = v_user
    ) then
        return 'profile_refused';
    end if;
    return null;
end
$$;
comment on function private.session_error() is 'What a token says and the database no longer does; null: nothing.';
revoke execute on function private.session_error() from public;
grant execute on function private.session_error() to anon, authenticated, service_role;

-- source: sql/access/storage_objects.sql
-- Files: people own the folder named by their id in avatars and speech; editors and admins bring artwork, masters and
-- imports; media is written by workers alone and read through signed URLs. Hosted lets only Storage itself comment on
-- these policies.

drop policy if exists objects_select_own on storage.objects;
create policy objects_select_own on storage.objects
for select to authenticated
using (bucket_id in ('avatars', 'speech') and (storage.foldername(name))[1] = (select auth.uid())::text);

drop policy if exists objects_insert_own on storage.objects;
create policy objects_insert_own on storage.objects
for insert to authenticated
with check (bucket_id in ('avatars', 'speech') and (storage.foldername(name))[1] = (select auth.uid())::text);

drop policy if exists objects_update_own on storage.objects;
create policy objects_update_own on storage.objects
for update to authenticated
using (bucket_id in ('avatars', 'speech') and (storage.foldername(name))[1] = (select auth.uid())::text)
with check (bucket_id in ('avatars', 'speech') and (storage.foldername(name))[1] = (select auth.uid())::text);

drop policy if exists objects_delete_own on storage.objects;
create policy objects_delete_own on storage.objects
for delete to authenticated
using (bucket_id in ('avatars', 'speech') and (storage.foldername(name))[1] = (select auth.uid())::text);

drop policy if exists objects_select_editor on storage.objects;
create policy objects_select_editor on storage.objects
for select to authenticated
using (
    bucket_id in ('artwork', 'masters', 'imports')
    and (select private.has_role('editor') or private.has_role('admin'))
);

drop policy if exists objects_insert_editor on storage.objects;
create policy objects_insert_editor on storage.objects
for insert to authenticated
with check (
    bucket_id in ('artwork', 'masters', 'imports')
    and (select private.has_role('editor') or private.has_role('admin'))
);

drop policy if exists objects_update_editor on storage.objects;
create policy objects_update_editor on storage.objects
for update to authenticated
using (
    bucket_id in ('artwork', 'masters', 'imports')
    and (select private.has_role('editor') or private.has_role('admin'))
)
with check (
    bucket_id in ('artwork', 'masters', 'imports')
    and (select private.has_role('editor') or private.has_role('admin'))
);

drop policy if exists objects_delete_editor on storage.objects;
create policy objects_delete_editor on storage.objects
for delete to authenticated
using (
    bucket_id in ('artwork', 'masters', 'imports')
    and (select private.has_role('editor') or private.has_role('admin'))
);

-- Storage asks no request check, so its rows ask: nobody whose session has ended or who is banned reads or writes them.

drop policy if exists objects_all_live on storage.objects;
create policy objects_all_live on storage.objects
as restrictive for all to authenticated
using ((select private.session_error()) is null)
with check ((select private.session_error()) is null);
