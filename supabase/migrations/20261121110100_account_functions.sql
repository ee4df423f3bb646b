-- Functions, triggers and policies as sql/ has them.

set lock_timeout = '10s';
set check_function_bodies = off;

-- source: sql/private/identity/as_uuid.sql
-- A text as a uuid; null where it is none. Never raises: PL/pgSQL, since a query would fold a constant's cast before it
-- asks whether there is one.
create or replace function private.as_uuid(value text) returns uuid
language plpgsql stable set search_path = ''
as $$
begin
    if pg_input_is_valid(value, 'uuid') then
        return value;
    end if;
    return null;
end
$$;
comment on function private.as_uuid(text) is 'A text as a uuid; null where it is none.';
revoke execute on function private.as_uuid(text) from public;
grant execute on function private.as_uuid(text) to anon, authenticated, service_role;

-- source: sql/private/identity/audit.sql
-- Write an entry into the audit log; who, from where and in which request come from the request itself.
-- For definer functions only: nobody else may execute it. Texts and addresses of people do not belong into it.
-- Definer: nobody may write the log.
create or replace function private.audit(
    action text, subject_type text, subject_id text, before jsonb, after jsonb
)
returns void
language sql security definer set search_path = ''
as $$
    insert into private.audit_log (
        actor_id, actor_role, action, subject_type, subject_id, before, after, address, request_id
    )
    values (
        private.caller_id(),
        coalesce(nullif(current_setting('role', true), 'none'), session_user::text),
        audit.action,
        audit.subject_type,
        audit.subject_id,
        audit.before,
        audit.after,
        private.current_address(),
        left(private.request_header('x-request-id'), 128)
    )
$$;
comment on function private.audit(text, text, text, jsonb, jsonb) is 'Write an entry into the audit log.';
revoke execute on function private.audit(text, text, text, jsonb, jsonb) from public;

-- source: sql/private/identity/audit_role.sql
-- Trigger: a role given or taken away goes into the audit log, whoever does it.
-- Definer: the log is written by private.audit alone.
create or replace function private.audit_role() returns trigger
language plpgsql security definer set search_path = ''
as $$
begin
    if tg_op = 'INSERT' then
        perform private.audit('role.granted', 'user', new.user_id::text, null, jsonb_build_object('role', new.role));
    else
        perform private.audit('role.revoked', 'user', old.user_id::text, jsonb_build_object('role', old.role), null);
    end if;
    return null;
end
$$;
comment on function private.audit_role() is 'Trigger: writes changes of roles into the audit log.';
revoke execute on function private.audit_role() from public;

-- source: sql/private/identity/caller_id.sql
-- The user who asks; null for anon, the service, and a token whose subject is no user id. Never raises, as auth.uid()
-- does for the last.
create or replace function private.caller_id() returns uuid
language sql stable set search_path = ''
as $$
    select private.as_uuid(auth.jwt() ->> 'sub')
$$;
comment on function private.caller_id() is 'The user who asks; null if there is none.';
revoke execute on function private.caller_id() from public;
grant execute on function private.caller_id() to anon, authenticated, service_role;

-- source: sql/private/identity/change_role.sql
-- Give a user a role or take it away, for an admin or the service; doing it again does nothing. A trigger of the table
-- writes the audit log. Returns the roles since. Raises 42501, 22023, PT404.
-- Definer: roles are written through here alone.
create or replace function private.change_role(user_id uuid, role text, has boolean) returns text[]
language plpgsql security definer set search_path = ''
as $$
begin
    perform private.check_admin();
    perform private.check_user(change_role.user_id);
    if change_role.role is null or change_role.role not in ('student', 'tutor', 'editor', 'reviewer', 'admin') then
        raise exception 'role must be student, tutor, editor, reviewer or admin'
            using errcode = '22023', detail = '{"field": "role"}';
    end if;
    if change_role.has then
        insert into private.user_roles (user_id, role) values (change_role.user_id, change_role.role)
        on conflict do nothing;
    else
        delete from private.user_roles as r where r.user_id = change_role.user_id and r.role = change_role.role;
    end if;
    return private.roles_of(change_role.user_id);
end
$$;
comment on function private.change_role(uuid, text, boolean) is 'Give a user a role or take it away, for an admin.';
revoke execute on function private.change_role(uuid, text, boolean) from public;
grant execute on function private.change_role(uuid, text, boolean) to authenticated, service_role;

-- source: sql/private/identity/change_status.sql
-- Suspend an account, which ends its sessions, or restore it, for an admin or the service. Doing it again does nothing,
-- and only what is suspended is restored. Raises 42501, 22023, PT404.
-- Definer: clients may not write accounts.status, nor end sessions.
create or replace function private.change_status(user_id uuid, status text, reason text) returns void
language plpgsql security definer set search_path = ''
as $$
declare
    v_before text;
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
    update public.accounts as a set status = change_status.status, status_reason = change_status.reason
    where a.id = change_status.user_id;
    if change_status.status = 'suspended' then
        delete from auth.sessions as s where s.user_id = change_status.user_id;
    end if;
    perform private.audit(
        'account.' || case change_status.status when 'suspended' then 'suspended' else 'restored' end,
        'account', change_status.user_id::text,
        jsonb_build_object('status', v_before), jsonb_build_object('status', change_status.status)
    );
end
$$;
comment on function private.change_status(uuid, text, text) is 'Suspend or restore an account, for an admin.';
revoke execute on function private.change_status(uuid, text, text) from public;
grant execute on function private.change_status(uuid, text, text) to authenticated, service_role;

-- source: sql/private/identity/check_admin.sql
-- Refuse a caller who is neither an admin now, whatever the token says, nor the service. Raises 42501. For definer
-- functions only.
create or replace function private.check_admin() returns void
language plpgsql stable set search_path = ''
as $$
begin
    if private.is_service() or exists (
        select from private.user_roles as r where r.user_id = private.caller_id() and r.role = 'admin'
    ) then
        return;
    end if;
    raise exception 'only an admin may do this' using errcode = '42501';
end
$$;
comment on function private.check_admin() is 'Refuse a caller who is no admin.';
revoke execute on function private.check_admin() from public;

-- source: sql/private/identity/check_request.sql
-- What every request through the API must pass, before anything else is done for it: the REST server calls this
-- (pgrst.db_pre_request). One line a check; each refuses by raising.
create or replace function private.check_request() returns void
language plpgsql set search_path = ''
as $$
begin
    perform private.check_session();
end
$$;
comment on function private.check_request() is 'What every request through the API must pass.';
revoke execute on function private.check_request() from public;
grant execute on function private.check_request() to anon, authenticated, service_role;

-- source: sql/private/identity/check_session.sql
-- Refuse what an access token still says and the database no longer does, for a signed-in caller: its session has
-- ended, its user is banned, its account suspended, its role of an admin taken away; and a header x-profile-id that
-- names no profile of the caller's. Every table is asked by its key, and only where there is something to ask. A token
-- without a session_id, which only the operator can sign, has no session to end. anon and the service pass.
-- Raises 401 account_suspended, user_banned, session_ended; 403 role_revoked, profile_refused.
-- Definer: it reads auth.sessions and auth.users, which are nobody's to read.
create or replace function private.check_session() returns void
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
        return;
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
        perform private.refuse(401, 'account_suspended', 'This account is suspended.', 'Sign out.');
    elsif v_banned_until > now() then
        perform private.refuse(401, 'user_banned', 'This user is banned.', 'Sign out.');
    elsif v_session is not null and v_is_live is not true then
        perform private.refuse(401, 'session_ended', 'This session has ended.', 'Sign in again.');
    elsif v_claims #> '{app_metadata,roles}' ? 'admin' and not exists (
        select from private.user_roles as r where r.user_id = v_user and r.role = 'admin'
    ) then
        perform private.refuse(403, 'role_revoked', 'This user is no admin any more.', 'Refresh the session.');
    elsif v_profile is not null and not exists (
        select from public.profiles as p where p.id = private.as_uuid(v_profile) and p.account_id = v_user
    ) then
        perform private.refuse(
            403, 'profile_refused', 'x-profile-id names no profile of yours.', 'Send one of your own, or none.'
        );
    end if;
end
$$;
comment on function private.check_session() is 'Refuse a token that the database no longer stands by.';
revoke execute on function private.check_session() from public;
grant execute on function private.check_session() to anon, authenticated, service_role;

-- source: sql/private/identity/check_time_zone.sql
-- Trigger: an account's time zone is one that Postgres knows by that name. Raises 22023.
create or replace function private.check_time_zone() returns trigger
language plpgsql set search_path = ''
as $$
begin
    if not exists (select from pg_catalog.pg_timezone_names as z where z.name = new.time_zone) then
        raise exception 'there is no time zone %', left(new.time_zone, 60)
            using errcode = '22023', detail = '{"field": "time_zone"}',
            hint = 'Send an IANA name such as Europe/Paris.';
    end if;
    return new;
end
$$;
comment on function private.check_time_zone() is 'Trigger: refuses a time zone that is none.';
revoke execute on function private.check_time_zone() from public;
grant execute on function private.check_time_zone() to authenticated, service_role;

-- source: sql/private/identity/check_user.sql
-- Refuse a user who is none. Raises 22023 for null, PT404 for an unknown one. For definer functions that have checked
-- their caller.
create or replace function private.check_user(user_id uuid) returns void
language plpgsql stable set search_path = ''
as $$
begin
    if user_id is null then
        raise exception 'user_id is missing' using errcode = '22023', detail = '{"field": "user_id"}';
    end if;
    if not exists (select from public.accounts as a where a.id = check_user.user_id) then
        raise exception 'there is no user %', user_id using errcode = 'PT404', detail = '{"field": "user_id"}';
    end if;
end
$$;
comment on function private.check_user(uuid) is 'Refuse a user who is none.';
revoke execute on function private.check_user(uuid) from public;

-- source: sql/private/identity/create_account.sql
-- Trigger: a new auth user gets an account and a default profile. The name the user asked for is taken if it is one and
-- is free; signing up never fails because of it.
-- Definer: the auth server's role writes auth.users and none of ours.
create or replace function private.create_account() returns trigger
language plpgsql security definer set search_path = ''
as $$
declare
    v_name text := left(btrim(coalesce(
        nullif(btrim(new.raw_user_meta_data ->> 'display_name'), ''),
        nullif(split_part(new.email, '@', 1), ''),
        'Me'
    )), 100);
    v_username text := substring(new.raw_user_meta_data ->> 'username' from '^[A-Za-z0-9_]{3,30}$');
begin
    insert into public.accounts (id, email, display_name, username)
    values (new.id, new.email, v_name, v_username)
    on conflict (username) do nothing;
    if not found then
        insert into public.accounts (id, email, display_name) values (new.id, new.email, v_name);
    end if;
    insert into public.profiles (account_id, name, is_default) values (new.id, v_name, true);
    return null;
end
$$;
comment on function private.create_account() is 'Trigger: makes account and default profile of a new auth user.';
revoke execute on function private.create_account() from public;

-- source: sql/private/identity/create_rater.sql
-- Trigger: a new profile gets the pseudonym it rates under.
-- Definer: whoever makes a profile may not write raters.
create or replace function private.create_rater() returns trigger
language plpgsql security definer set search_path = ''
as $$
begin
    insert into public.raters (profile_id) values (new.id);
    return null;
end
$$;
comment on function private.create_rater() is 'Trigger: makes the rater of a new profile.';
revoke execute on function private.create_rater() from public;

-- source: sql/private/identity/current_address.sql
-- The network address a request comes from: as the proxy before the gateway says (Cloudflare's cf-connecting-ip, which
-- a client cannot set), else the last hop of x-forwarded-for, which the gateway itself wrote; null where neither is an
-- address. Never raises.
create or replace function private.current_address() returns text
language sql stable set search_path = ''
as $$
    select host(a.address::inet)
    from (
        values
        (1, btrim(private.request_header('cf-connecting-ip'))),
        (2, btrim(split_part(private.request_header('x-forwarded-for'), ',', -1)))
    ) as a (place, address)
    where pg_input_is_valid(a.address, 'inet')
    order by a.place
    limit 1
$$;
comment on function private.current_address() is 'The network address a request comes from; null if nothing tells it.';
revoke execute on function private.current_address() from public;
grant execute on function private.current_address() to anon, authenticated, service_role;

-- source: sql/private/identity/current_country.sql
-- The country a person asks from: as the proxy before the gateway says (Cloudflare's cf-ipcountry, which a client
-- cannot set), else the account's; null where neither knows, and for the service. Never raises.
-- Definer: triggers ask it while rows are written whose writer may not read accounts.
create or replace function private.current_country() returns text
language sql stable security definer set search_path = ''
as $$
    select case
        when private.is_service() then null
        when r.header ~ '^[A-Z]{2}$' and r.header <> 'XX' then r.header
        else (select a.country from public.accounts as a where a.id = private.caller_id())
    end
    from (select private.request_header('cf-ipcountry') as header) as r
$$;
comment on function private.current_country() is 'The country a person asks from; null if nothing tells it.';
revoke execute on function private.current_country() from public;
grant execute on function private.current_country() to anon, authenticated, service_role;

-- source: sql/private/identity/current_profile_id.sql
-- The acting profile: the one of the caller's that the header x-profile-id names, without that header the default one;
-- null for a header that names none of the caller's, for anon and for workers. Never raises.
-- Definer: policies and defaults call it before any row of profiles may be read.
create or replace function private.current_profile_id() returns uuid
language sql stable security definer set search_path = ''
as $$
    select p.id
    from (select private.request_header('x-profile-id') as named) as r
    join public.profiles as p on p.account_id = private.caller_id()
    where case when r.named is null then p.is_default else p.id = private.as_uuid(r.named) end
$$;
comment on function private.current_profile_id() is 'The acting profile; null if there is none.';
revoke execute on function private.current_profile_id() from public;
grant execute on function private.current_profile_id() to anon, authenticated, service_role;

-- source: sql/private/identity/custom_access_token_hook.sql
-- Supabase Auth asks this before it signs an access token: the user's roles and tier go into app_metadata, in the place
-- of what may stand there; a suspended account gets no token.
-- Takes {user_id, claims, authentication_method}; returns the event with claims changed, or {error}.
-- Definer: the auth server's role may not read private tables.
create or replace function private.custom_access_token_hook(event jsonb) returns jsonb
language sql stable security definer set search_path = ''
as $$
    select case
        when a.status = 'suspended' then
            '{"error": {"http_code": 403, "message": "This account is suspended."}}'
        else jsonb_set(
            event,
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

-- source: sql/private/identity/has_role.sql
-- Does the caller have this role, as the token's app_metadata.roles says? A change takes effect with the next token;
-- only that an admin is none any more is checked before each request. Never raises.
create or replace function private.has_role(role text) returns boolean
language sql stable set search_path = ''
as $$
    select coalesce(auth.jwt() #> '{app_metadata,roles}' ? has_role.role, false)
$$;
comment on function private.has_role(text) is 'Does the caller have this role, by its token?';
revoke execute on function private.has_role(text) from public;
grant execute on function private.has_role(text) to anon, authenticated, service_role;

-- source: sql/private/identity/has_tier.sql
-- Does the caller pay for this tier, or a higher one, now? As its subscription says, so an upgrade counts at once;
-- everybody has free, nobody a tier that is none. Never raises.
-- Definer: policies ask it for anon too, who may not read subscriptions.
create or replace function private.has_tier(tier text) returns boolean
language sql stable security definer set search_path = ''
as $$
    select exists (
        select
        from public.tiers as wanted
        join public.tiers as had on had.rank >= wanted.rank
        where wanted.name = has_tier.tier and had.name = private.tier_of(private.caller_id())
    )
$$;
comment on function private.has_tier(text) is 'Does the caller pay for this tier now?';
revoke execute on function private.has_tier(text) from public;
grant execute on function private.has_tier(text) to anon, authenticated, service_role;

-- source: sql/private/identity/keep_last_profile.sql
-- Trigger: the last profile stays as long as its account does. Raises PT409.
-- Definer: it locks the account's row, which clients may not, and counts whatever they may read.
create or replace function private.guard_last_profile() returns trigger
language plpgsql security definer set search_path = ''
as $$
begin
    perform from public.accounts as a where a.id = old.account_id for no key update;
    if found and not exists (
        select from public.profiles as p where p.account_id = old.account_id and p.id <> old.id
    ) then
        raise exception 'the last profile of an account cannot be deleted'
            using errcode = 'PT409', hint = 'Make another one first, or delete the account.';
    end if;
    return old;
end
$$;
comment on function private.guard_last_profile() is 'Trigger: refuses to delete an account''s last profile.';
revoke execute on function private.guard_last_profile() from public;

-- source: sql/private/identity/limit_profiles.sql
-- Trigger: an account has as many profiles as its tier's limit says, also when two are made at the same instant. The
-- first one is the default. Raises PT409 for one too many.
-- Definer: it locks the account's row, which clients may not, and counts whatever they may read.
create or replace function private.limit_profiles() returns trigger
language plpgsql security definer set search_path = ''
as $$
declare
    v_count integer;
    v_limit integer;
begin
    if new.account_id is distinct from private.caller_id() and not private.is_service() then
        -- Another's: its policy refuses the row, and nothing of that account is told before.
        return new;
    end if;
    -- Whoever else adds or deletes one is waited for; the count, a statement of its own, sees what they did.
    perform from public.accounts as a where a.id = new.account_id for no key update;
    select count(*) into v_count from public.profiles as p where p.account_id = new.account_id;
    select l.value into v_limit
    from public.tier_limits as l
    where l.tier = private.tier_of(new.account_id) and l.name = 'profiles';
    if v_count >= v_limit then
        raise exception 'an account has up to % profiles', v_limit
            using errcode = 'PT409', detail = jsonb_build_object('limit', v_limit)::text,
            hint = 'Delete one that is no longer needed.';
    end if;
    new.is_default := new.is_default or v_count = 0;
    return new;
end
$$;
comment on function private.limit_profiles() is 'Trigger: refuses a profile too many.';
revoke execute on function private.limit_profiles() from public;

-- source: sql/private/identity/lock_own_account.sql
-- Trigger: before a client's statement deletes profiles, whoever else changes which ones the account has is waited for:
-- a row locked before its account would be one too late.
-- Definer: it locks the account's row, which clients may not.
create or replace function private.lock_own_account() returns trigger
language plpgsql security definer set search_path = ''
as $$
begin
    perform from public.accounts as a where a.id = private.caller_id() for no key update;
    return null;
end
$$;
comment on function private.lock_own_account() is 'Trigger: one change of an account''s profiles at a time.';
revoke execute on function private.lock_own_account() from public;

-- source: sql/private/identity/make_default_profile.sql
-- Make a profile its account's default one. Raises 22023 for null, else as private.rater_of_profile.
-- Definer: clients may not write is_default, nor lock an account's row.
create or replace function private.make_default_profile(profile_id uuid) returns void
language plpgsql security definer set search_path = ''
as $$
declare
    v_account uuid;
begin
    if profile_id is null then
        raise exception 'profile_id is missing' using errcode = '22023', detail = '{"field": "profile_id"}';
    end if;
    perform private.rater_of_profile(make_default_profile.profile_id);
    select p.account_id into v_account from public.profiles as p where p.id = make_default_profile.profile_id;
    perform from public.accounts as a where a.id = v_account for no key update;
    update public.profiles as p set is_default = false
    where p.account_id = v_account and p.is_default and p.id <> make_default_profile.profile_id;
    update public.profiles as p set is_default = true
    where p.id = make_default_profile.profile_id and not p.is_default;
end
$$;
comment on function private.make_default_profile(uuid) is 'Make a profile its account''s default one.';
revoke execute on function private.make_default_profile(uuid) from public;
grant execute on function private.make_default_profile(uuid) to authenticated, service_role;

-- source: sql/private/identity/rater_of_profile.sql
-- The rater of a profile: the acting one for null, one's own, or anybody's for the service.
-- Raises 42501 for a profile that is not the caller's, PT404 for the service when there is none.
-- Definer: it looks at profiles that the caller may not read, to refuse them.
create or replace function private.rater_of_profile(profile_id uuid) returns uuid
language plpgsql stable security definer set search_path = ''
as $$
declare
    v_rater uuid;
    v_account uuid;
begin
    if profile_id is null then
        return private.current_rater_id();
    end if;
    select r.id, p.account_id into v_rater, v_account
    from public.profiles as p
    join public.raters as r on r.profile_id = p.id
    where p.id = rater_of_profile.profile_id;
    if v_account = private.caller_id() or (private.is_service() and v_rater is not null) then
        return v_rater;
    end if;
    if private.is_service() then
        raise exception 'there is no profile %', profile_id
            using errcode = 'PT404', detail = '{"field": "profile_id"}';
    end if;
    raise exception 'this profile is not yours'
        using errcode = '42501', detail = '{"field": "profile_id"}', hint = 'Send one of your own profiles, or none.';
end
$$;
comment on function private.rater_of_profile(uuid) is 'The rater of a profile, if the caller may act for it.';
revoke execute on function private.rater_of_profile(uuid) from public;
grant execute on function private.rater_of_profile(uuid) to anon, authenticated, service_role;

-- source: sql/private/identity/rater_of_user.sql
-- The rater behind a user id: one's own acting one, or anybody's default one for the service, who may
-- also name a rater itself. Raises 42501 for another user's id, PT404 for an unknown one.
-- Definer: the service's answer must not depend on what the caller may read.
create or replace function private.rater_of_user(user_id uuid) returns uuid
language plpgsql stable security definer set search_path = ''
as $$
declare
    v_rater uuid;
begin
    if user_id is null then
        raise exception 'user_id is missing'
            using errcode = '22023', detail = '{"field": "user_id"}', hint = 'Send your own user id.';
    end if;
    if user_id = private.caller_id() then
        return private.current_rater_id();
    end if;
    if not private.is_service() then
        raise exception 'these recommendations are another user''s'
            using errcode = '42501', detail = '{"field": "user_id"}', hint = 'Send your own user id.';
    end if;
    select r.id into v_rater
    from public.raters as r
    left join public.profiles as p on p.id = r.profile_id
    where r.id = user_id or (p.account_id = user_id and p.is_default);
    if v_rater is null then
        raise exception 'there is no user %', user_id
            using errcode = 'PT404', detail = '{"field": "user_id"}';
    end if;
    return v_rater;
end
$$;
comment on function private.rater_of_user(uuid) is 'The rater behind a user id, if the caller may act for it.';
revoke execute on function private.rater_of_user(uuid) from public;
grant execute on function private.rater_of_user(uuid) to anon, authenticated, service_role;

-- source: sql/private/identity/read_account.sql
-- An account with all that hangs on it, for an admin or the service; that it was read goes into the audit log.
-- Raises 42501, 22023, PT404.
-- Definer: one reads another's account here alone.
create or replace function private.read_account(user_id uuid) returns jsonb
language plpgsql security definer set search_path = ''
as $$
begin
    perform private.check_admin();
    perform private.check_user(read_account.user_id);
    perform private.audit('account.read', 'account', read_account.user_id::text, null, null);
    return (
        select jsonb_build_object(
            'account', to_jsonb(a),
            'profiles', (
                select coalesce(jsonb_agg(to_jsonb(p) order by p.created_at, p.id), '[]')
                from public.profiles as p
                where p.account_id = a.id
            ),
            'roles', private.roles_of(a.id),
            'tier', private.tier_of(a.id)
        )
        from public.accounts as a
        where a.id = read_account.user_id
    );
end
$$;
comment on function private.read_account(uuid) is 'An account with all that hangs on it, for an admin.';
revoke execute on function private.read_account(uuid) from public;
grant execute on function private.read_account(uuid) to authenticated, service_role;

-- source: sql/private/identity/read_audit_log.sql
-- A page of the audit log, latest first, for an admin or the service; that it was read goes into the log, after what
-- the page shows. Raises 42501.
-- Definer: nobody may read the log.
create or replace function private.read_audit_log(
    action text, actor_id uuid, subject_id text, before_id bigint, count integer
)
returns setof public.audit_entry
language plpgsql rows 50 security definer set search_path = ''
as $$
#variable_conflict use_column
begin
    perform private.check_admin();
    return query
    select
        l.id, l.occurred_at, l.actor_id, l.actor_role, l.action, l.subject_type, l.subject_id,
        l.before, l.after, l.address, l.request_id
    from private.audit_log as l
    where
        (read_audit_log.action is null or l.action = read_audit_log.action)
        and (read_audit_log.actor_id is null or l.actor_id = read_audit_log.actor_id)
        and (read_audit_log.subject_id is null or l.subject_id = read_audit_log.subject_id)
        and (read_audit_log.before_id is null or l.id < read_audit_log.before_id)
    order by l.id desc
    limit read_audit_log.count;
    perform private.audit(
        'audit_log.read', 'audit_log', null, null,
        jsonb_strip_nulls(jsonb_build_object(
            'action', read_audit_log.action,
            'actor_id', read_audit_log.actor_id,
            'subject_id', read_audit_log.subject_id,
            'before_id', read_audit_log.before_id,
            'count', read_audit_log.count
        ))
    );
end
$$;
comment on function private.read_audit_log(text, uuid, text, bigint, integer) is
'A page of the audit log, for an admin.';
revoke execute on function private.read_audit_log(text, uuid, text, bigint, integer) from public;
grant execute on function private.read_audit_log(text, uuid, text, bigint, integer) to authenticated, service_role;

-- source: sql/private/identity/read_roles.sql
-- A user's roles, for an admin or the service. Raises 42501, 22023, PT404.
-- Definer: roles are read by nobody.
create or replace function private.read_roles(user_id uuid) returns text[]
language plpgsql stable security definer set search_path = ''
as $$
begin
    perform private.check_admin();
    perform private.check_user(read_roles.user_id);
    return private.roles_of(read_roles.user_id);
end
$$;
comment on function private.read_roles(uuid) is 'A user''s roles, for an admin.';
revoke execute on function private.read_roles(uuid) from public;
grant execute on function private.read_roles(uuid) to authenticated, service_role;

-- source: sql/private/identity/refuse.sql
-- Refuse the request with an HTTP status, a code of ours and headers, in the form in which the REST server takes all
-- of them from an error.
create or replace function private.refuse(
    status integer, code text, message text, hint text default null, headers jsonb default '{}'
)
returns void
language plpgsql immutable set search_path = ''
as $$
begin
    raise sqlstate 'PGRST' using
        message = jsonb_build_object('code', code, 'message', message, 'details', null, 'hint', hint)::text,
        detail = jsonb_build_object('status', status, 'headers', headers)::text;
end
$$;
comment on function private.refuse(integer, text, text, text, jsonb) is 'Refuse the request with a status and a code.';
revoke execute on function private.refuse(integer, text, text, text, jsonb) from public;
grant execute on function private.refuse(integer, text, text, text, jsonb) to anon, authenticated, service_role;

-- source: sql/private/identity/refuse_change.sql
-- Trigger: what is written in a ledger stays. Raises 42501 for an update, a delete and a truncate.
create or replace function private.refuse_change() returns trigger
language plpgsql set search_path = ''
as $$
begin
    raise exception '% is append-only', tg_table_name using errcode = '42501';
end
$$;
comment on function private.refuse_change() is 'Trigger: refuses to change what is append-only.';
revoke execute on function private.refuse_change() from public;

-- source: sql/private/identity/replace_default_profile.sql
-- Trigger: where the default profile was deleted, the oldest other one takes its place.
-- Definer: clients may not write is_default.
create or replace function private.replace_default_profile() returns trigger
language plpgsql security definer set search_path = ''
as $$
begin
    update public.profiles set is_default = true
    where id = (
        select p.id from public.profiles as p where p.account_id = old.account_id order by p.created_at, p.id limit 1
    );
    return null;
end
$$;
comment on function private.replace_default_profile() is 'Trigger: the oldest profile becomes the default one.';
revoke execute on function private.replace_default_profile() from public;

-- source: sql/private/identity/roles_of.sql
-- A user's roles now, in alphabetical order. For definer functions only.
create or replace function private.roles_of(user_id uuid) returns text[]
language sql stable set search_path = ''
as $$
    select array(select r.role from private.user_roles as r where r.user_id = roles_of.user_id order by r.role)
$$;
comment on function private.roles_of(uuid) is 'A user''s roles now.';
revoke execute on function private.roles_of(uuid) from public;

-- source: sql/private/identity/tier_of.sql
-- What an account pays for now: the tier of a subscription that gives it and has not run out, else free. As its caller:
-- clients see their own subscription alone.
create or replace function private.tier_of(account_id uuid) returns text
language sql stable set search_path = ''
as $$
    select coalesce(
        (
            select s.tier
            from public.subscriptions as s
            where
                s.account_id = tier_of.account_id
                and s.status in ('trial', 'active', 'past_due', 'cancelled')
                and now() < s.current_period_end
        ),
        'free'
    )
$$;
comment on function private.tier_of(uuid) is 'What an account pays for now.';
revoke execute on function private.tier_of(uuid) from public;
grant execute on function private.tier_of(uuid) to authenticated, service_role;

-- source: sql/private/identity/viewer_of_rater.sql
-- For whom a rater's list is made: its profile's age (a child's sees nothing above PG) and languages, the country and
-- tier of the caller, else the country of the profile's account. No rater, or one without a profile: what a new profile
-- has.
-- Languages: the preferred one, then up to four of what the rater liked, the most liked first. Fifty liked items tell,
-- the first by id, which is by chance: so a heavy rater costs no more than a light one.
-- For definer functions and workers only.
create or replace function private.viewer_of_rater(rater_id uuid) returns private.viewer
language sql stable set search_path = ''
as $$
    with liked as (
        select r.item_id
        from public.ratings as r
        where r.rater_id = viewer_of_rater.rater_id and r.rating >= 3.5
        order by r.item_id
        limit 50
    ), spoken as (
        select i.language, count(*) as likes
        from liked as l
        join public.items as i on i.id = l.item_id
        where i.language is not null
        group by i.language
    ), owner as (
        select p.maturity_rating, p.is_kids, p.language_preference, a.country
        from public.raters as r
        join public.profiles as p on p.id = r.profile_id
        join public.accounts as a on a.id = p.account_id
        where r.id = viewer_of_rater.rater_id
    )
    select
        viewer_of_rater.rater_id,
        coalesce(private.current_country(), o.country),
        least(
            private.minimum_age(coalesce(o.maturity_rating, 'PG-13')),
            case when o.is_kids then private.minimum_age('PG') end
        ),
        private.current_tier(),
        array[coalesce(o.language_preference, 'en')] || array(
            select s.language
            from spoken as s
            where s.language <> coalesce(o.language_preference, 'en')
            order by s.likes desc, s.language
            limit 4
        )
    from (select) as one
    left join owner as o on true
$$;
comment on function private.viewer_of_rater(uuid) is 'For whom a rater''s list is made.';
revoke execute on function private.viewer_of_rater(uuid) from public;

-- source: sql/private/queue/make_partitions.sql
-- Make the monthly tables of event tables and ledgers, from last month to three months ahead. Run daily by a worker;
-- doing it again does nothing. A row of a month without a table goes to the default one, never lost.
create or replace function private.make_partitions() returns void
language plpgsql set search_path = ''
as $$
declare
    v_table text;
    v_month date;
    v_part text;
begin
    for v_table, v_month in
        select t, m::date
        from unnest(array['public.interactions', 'private.audit_log']) as t
        cross join generate_series(
            date_trunc('month', now() at time zone 'UTC') - interval '1 month',
            date_trunc('month', now() at time zone 'UTC') + interval '3 months',
            interval '1 month'
        ) as m
    loop
        v_part := format('private.%s_%s', split_part(v_table, '.', 2), to_char(v_month, 'YYYY_MM'));
        continue when to_regclass(v_part) is not null;
        execute format(
            'create table %s partition of %s for values from (%L) to (%L)',
            v_part, v_table, v_month, (v_month + interval '1 month')::date
        );
        if v_table = 'private.audit_log' then
            -- Unlike the row's, a statement's trigger is not inherited.
            execute format(
                'create trigger append_only_whole before truncate on %s '
                'for each statement execute function private.refuse_change()', v_part
            );
        end if;
    end loop;
end
$$;
comment on function private.make_partitions() is 'Make the coming months'' tables of the event tables and ledgers.';
revoke execute on function private.make_partitions() from public;

-- source: sql/private/identity/request_header.sql
-- A header of the request being answered, by its name in small letters; null where it was not sent, and outside of
-- requests. Never raises.
create or replace function private.request_header(name text) returns text
language sql stable
return nullif(current_setting('request.headers', true), '')::json ->> name;
comment on function private.request_header(text) is 'A header of the request; null if it was not sent.';
revoke execute on function private.request_header(text) from public;
grant execute on function private.request_header(text) to anon, authenticated, service_role;

-- source: sql/triggers/audit_log.sql
-- The audit log is append-only; the monthly tables get their own guard against truncate in private.make_partitions.
create or replace trigger append_only
before update or delete on private.audit_log
for each row execute function private.refuse_change();

create or replace trigger append_only_whole
before truncate on private.audit_log
for each statement execute function private.refuse_change();

create or replace trigger append_only_whole
before truncate on private.audit_log_default
for each statement execute function private.refuse_change();

-- source: sql/triggers/identity.sql
-- accounts, profiles and subscriptions tell when they changed; an account has a few profiles, at least one, and one of
-- them is the default; each profile has its pseudonym; changes of roles are on record.
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

-- source: sql/access/accounts.sql
-- An account is its owner's: read, and what the owner decides changed.
alter table public.accounts enable row level security;
revoke all on public.accounts from anon, authenticated;
grant select on public.accounts to authenticated;
grant update (display_name, username, locale, time_zone, country) on public.accounts to authenticated;
grant all on public.accounts to service_role;

drop policy if exists accounts_select_own on public.accounts;
create policy accounts_select_own on public.accounts
for select to authenticated
using (id = (select auth.uid()));
comment on policy accounts_select_own on public.accounts is 'One reads one''s own account.';

drop policy if exists accounts_update_own on public.accounts;
create policy accounts_update_own on public.accounts
for update to authenticated
using (id = (select auth.uid()))
with check (id = (select auth.uid()));
comment on policy accounts_update_own on public.accounts is 'One changes one''s own account.';

-- source: sql/access/profiles.sql
-- Profiles are their account's: read, made, deleted, and changed in what the owner decides.
alter table public.profiles enable row level security;
revoke all on public.profiles from anon, authenticated;
grant select, delete on public.profiles to authenticated;
grant insert (
    account_id, name, avatar_path, maturity_rating, language_preference, learning_languages, is_kids, preferences
) on public.profiles to authenticated;
grant update (
    name, avatar_path, maturity_rating, language_preference, learning_languages, is_kids, preferences
) on public.profiles to authenticated;
grant all on public.profiles to service_role;

drop policy if exists profiles_select_own on public.profiles;
create policy profiles_select_own on public.profiles
for select to authenticated
using (account_id = (select auth.uid()));
comment on policy profiles_select_own on public.profiles is 'One reads one''s own profiles.';

drop policy if exists profiles_update_own on public.profiles;
create policy profiles_update_own on public.profiles
for update to authenticated
using (account_id = (select auth.uid()))
with check (account_id = (select auth.uid()));
comment on policy profiles_update_own on public.profiles is 'One changes one''s own profiles.';

drop policy if exists profiles_insert_own on public.profiles;
create policy profiles_insert_own on public.profiles
for insert to authenticated
with check (account_id = (select auth.uid()));
comment on policy profiles_insert_own on public.profiles is 'One makes profiles of one''s own account.';

drop policy if exists profiles_delete_own on public.profiles;
create policy profiles_delete_own on public.profiles
for delete to authenticated
using (account_id = (select auth.uid()));
comment on policy profiles_delete_own on public.profiles is 'One deletes one''s own profiles.';

-- source: sql/access/subscriptions.sql
-- A subscription is its owner's to read; payments write it, as the service.
alter table public.subscriptions enable row level security;
revoke all on public.subscriptions from anon, authenticated;
grant select on public.subscriptions to authenticated;
grant all on public.subscriptions to service_role;

drop policy if exists subscriptions_select_own on public.subscriptions;
create policy subscriptions_select_own on public.subscriptions
for select to authenticated
using (account_id = (select auth.uid()));
comment on policy subscriptions_select_own on public.subscriptions is 'One reads one''s own subscription.';

-- source: sql/access/tier_limits.sql
-- What a tier allows is everybody's to read.
alter table public.tier_limits enable row level security;
revoke all on public.tier_limits from anon, authenticated;
grant select on public.tier_limits to anon, authenticated;
grant all on public.tier_limits to service_role;

drop policy if exists tier_limits_select_all on public.tier_limits;
create policy tier_limits_select_all on public.tier_limits
for select to anon, authenticated
using (true);
comment on policy tier_limits_select_all on public.tier_limits is 'Everybody reads their limits.';

-- source: sql/access/tiers.sql
-- Tiers are everybody's to read.
alter table public.tiers enable row level security;
revoke all on public.tiers from anon, authenticated;
grant select on public.tiers to anon, authenticated;
grant all on public.tiers to service_role;

drop policy if exists tiers_select_all on public.tiers;
create policy tiers_select_all on public.tiers
for select to anon, authenticated
using (true);
comment on policy tiers_select_all on public.tiers is 'Everybody reads tiers.';

-- source: sql/rpc/identity/get_account.sql
-- An account with its profiles, roles and tier, for an admin. That it was read goes into the audit log.
--   user_id  the account's user
-- Returns an object: account (its row), profiles (their rows, the oldest first), roles, tier.
-- Raises 42501 for a caller who is no admin, 22023 without user_id, PT404 for an unknown user.
-- Roles: authenticated, service_role.
-- Example: rpc/get_account {"user_id": "5d3c…"}
create or replace function public.get_account(user_id uuid default null) returns jsonb
language sql set search_path = ''
as $$
    select private.read_account(user_id)
$$;
comment on function public.get_account(uuid) is 'An account with its profiles, roles and tier, for an admin.';
revoke execute on function public.get_account(uuid) from public;
grant execute on function public.get_account(uuid) to authenticated, service_role;

-- source: sql/rpc/identity/get_audit_log.sql
-- A page of the audit log, the latest entries first, for an admin. That it was read goes into the log too.
--   action      such as role.granted, role.revoked, account.suspended, account.restored, account.read, audit_log.read;
--               none: all
--   actor_id    the user who did it; none: anybody
--   subject_id  whom or what it was done to; none: anything
--   before_id   the id of the last entry of the page before; none: the first page
--   count       how many at most, 1 to 200, default 50
-- Returns id, occurred_at, actor_id (null: the service), actor_role, action, subject_type, subject_id, before, after,
-- address, request_id.
-- Raises 42501 for a caller who is no admin, 22023 for a count out of range.
-- Roles: authenticated, service_role.
-- Example: rpc/get_audit_log {"action": "role.granted", "count": 20}
create or replace function public.get_audit_log(
    action text default null,
    actor_id uuid default null,
    subject_id text default null,
    before_id bigint default null,
    count integer default 50
)
returns setof public.audit_entry
language plpgsql rows 50 set search_path = ''
as $$
#variable_conflict use_column
begin
    perform private.check_range('count', coalesce(get_audit_log.count, 50), 1, 200);
    return query
    select e.*
    from private.read_audit_log(
        get_audit_log.action,
        get_audit_log.actor_id,
        get_audit_log.subject_id,
        get_audit_log.before_id,
        coalesce(get_audit_log.count, 50)
    ) as e;
end
$$;
comment on function public.get_audit_log(text, uuid, text, bigint, integer) is
'A page of the audit log, for an admin.';
revoke execute on function public.get_audit_log(text, uuid, text, bigint, integer) from public;
grant execute on function public.get_audit_log(text, uuid, text, bigint, integer) to authenticated, service_role;

-- source: sql/rpc/identity/get_entitlements.sql
-- What the caller's account may use: its tier by the subscription as it is now, and that tier's limits.
-- Returns tier (free or premium), expires_at (null for free), limits (an object: profiles, streams, devices, downloads,
-- download_days, ai_questions_per_day; what is not in it is not limited).
-- Raises nothing.
-- Roles: authenticated.
-- Example: rpc/get_entitlements {}
create or replace function public.get_entitlements() returns public.entitlements
language sql stable set search_path = ''
as $$
    select
        now_has.tier,
        s.current_period_end,
        coalesce(
            (select jsonb_object_agg(l.name, l.value) from public.tier_limits as l where l.tier = now_has.tier),
            '{}'
        )
    from (select private.tier_of(auth.uid()) as tier) as now_has
    left join public.subscriptions as s on s.account_id = auth.uid() and s.tier = now_has.tier
$$;
comment on function public.get_entitlements() is 'What the caller''s account may use.';
revoke execute on function public.get_entitlements() from public;
grant execute on function public.get_entitlements() to authenticated;

-- source: sql/rpc/identity/get_user_roles.sql
-- Which roles a user has now, for an admin. One's own are in one's access token, app_metadata.roles.
--   user_id  the user
-- Returns the roles in alphabetical order.
-- Raises 42501 for a caller who is no admin, 22023 without user_id, PT404 for an unknown user.
-- Roles: authenticated, service_role.
-- Example: rpc/get_user_roles {"user_id": "5d3c…"}
create or replace function public.get_user_roles(user_id uuid default null) returns text[]
language sql stable set search_path = ''
as $$
    select private.read_roles(user_id)
$$;
comment on function public.get_user_roles(uuid) is 'Which roles a user has now, for an admin.';
revoke execute on function public.get_user_roles(uuid) from public;
grant execute on function public.get_user_roles(uuid) to authenticated, service_role;

-- source: sql/rpc/identity/grant_role.sql
-- Give a user a role, for an admin. Giving it again does nothing. It takes effect with the user's next access token, at
-- the latest when the present one expires.
--   user_id  the user
--   role     student, tutor, editor, reviewer or admin
-- Returns the user's roles since, in alphabetical order.
-- Raises 42501 for a caller who is no admin, 22023 for a parameter missing or another role, PT404 for an unknown user.
-- Roles: authenticated, service_role.
-- Example: rpc/grant_role {"user_id": "5d3c…", "role": "editor"}
create or replace function public.grant_role(user_id uuid default null, role text default null) returns text[]
language sql set search_path = ''
as $$
    select private.change_role(user_id, role, true)
$$;
comment on function public.grant_role(uuid, text) is 'Give a user a role, for an admin.';
revoke execute on function public.grant_role(uuid, text) from public;
grant execute on function public.grant_role(uuid, text) to authenticated, service_role;

-- source: sql/rpc/identity/restore_account.sql
-- Restore a suspended account, for an admin: its user can sign in again. One that is not suspended is left as it is.
--   user_id  the account's user
-- Returns nothing.
-- Raises 42501 for a caller who is no admin, 22023 without user_id, PT404 for an unknown user.
-- Roles: authenticated, service_role.
-- Example: rpc/restore_account {"user_id": "5d3c…"}
create or replace function public.restore_account(user_id uuid default null) returns void
language sql set search_path = ''
as $$
    select private.change_status(user_id, 'active', null)
$$;
comment on function public.restore_account(uuid) is 'Restore a suspended account, for an admin.';
revoke execute on function public.restore_account(uuid) from public;
grant execute on function public.restore_account(uuid) to authenticated, service_role;

-- source: sql/rpc/identity/revoke_role.sql
-- Take a role from a user, for an admin. Taking it again does nothing. That of an admin is gone at once: requests with
-- a token that still has it are refused until it is refreshed; others go with the next access token.
--   user_id  the user
--   role     student, tutor, editor, reviewer or admin
-- Returns the user's roles since, in alphabetical order.
-- Raises 42501 for a caller who is no admin, 22023 for a parameter missing or another role, PT404 for an unknown user.
-- Roles: authenticated, service_role.
-- Example: rpc/revoke_role {"user_id": "5d3c…", "role": "editor"}
create or replace function public.revoke_role(user_id uuid default null, role text default null) returns text[]
language sql set search_path = ''
as $$
    select private.change_role(user_id, role, false)
$$;
comment on function public.revoke_role(uuid, text) is 'Take a role from a user, for an admin.';
revoke execute on function public.revoke_role(uuid, text) from public;
grant execute on function public.revoke_role(uuid, text) to authenticated, service_role;

-- source: sql/rpc/identity/set_default_profile.sql
-- Choose the profile that acts where a client names none.
--   profile_id  one of one's own profiles. The service may name any
-- Returns nothing.
-- Raises 22023 without profile_id, 42501 for another user's profile, PT404 to the service for one that is not there.
-- Roles: authenticated, service_role.
-- Example: rpc/set_default_profile {"profile_id": "5d3c…"}
create or replace function public.set_default_profile(profile_id uuid default null) returns void
language sql set search_path = ''
as $$
    select private.make_default_profile(profile_id)
$$;
comment on function public.set_default_profile(uuid) is 'Choose the profile that acts where a client names none.';
revoke execute on function public.set_default_profile(uuid) from public;
grant execute on function public.set_default_profile(uuid) to authenticated, service_role;

-- source: sql/rpc/identity/suspend_account.sql
-- Suspend an account, for an admin: its sessions end, its requests are refused at once, it gets no token until it is
-- restored. Doing it again does nothing.
--   user_id  the account's user
--   reason   why, up to 500 characters; its owner may read it
-- Returns nothing.
-- Raises 42501 for a caller who is no admin, 22023 without user_id or for a longer reason, PT404 for an unknown user.
-- Roles: authenticated, service_role.
-- Example: rpc/suspend_account {"user_id": "5d3c…", "reason": "Shares its password"}
create or replace function public.suspend_account(user_id uuid default null, reason text default null) returns void
language sql set search_path = ''
as $$
    select private.change_status(user_id, 'suspended', reason)
$$;
comment on function public.suspend_account(uuid, text) is 'Suspend an account, for an admin.';
revoke execute on function public.suspend_account(uuid, text) from public;
grant execute on function public.suspend_account(uuid, text) to authenticated, service_role;
