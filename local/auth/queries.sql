-- name: user_by_id
select * from auth.users
where id = %(id)s and instance_id = '00000000-0000-0000-0000-000000000000';

-- name: lock_user
select * from auth.users
where id = %(id)s and instance_id = '00000000-0000-0000-0000-000000000000'
for no key update;

-- name: user_by_email
select * from auth.users
where instance_id = '00000000-0000-0000-0000-000000000000'
  and lower(email) = lower(%(email)s) and aud = %(aud)s and not is_sso_user;

-- name: user_owning_email
select u.* from auth.users as u
where u.instance_id = '00000000-0000-0000-0000-000000000000'
  and u.aud = %(aud)s
  and u.id is distinct from %(except_id)s
  and (
    (lower(u.email) = %(email)s and not u.is_sso_user)
    or exists (
      select from auth.identities as i
      where i.user_id = u.id and i.email = %(email)s and i.provider not like 'sso:%%'
    )
  )
limit 1;

-- name: count_users
select count(*) from auth.users
where instance_id = '00000000-0000-0000-0000-000000000000' and aud = %(aud)s
  and (%(filter)s = '' or email like '%%' || %(filter)s || '%%'
    or raw_user_meta_data ->> 'full_name' ilike '%%' || %(filter)s || '%%');

-- name: list_users
select * from auth.users
where instance_id = '00000000-0000-0000-0000-000000000000' and aud = %(aud)s
  and (%(filter)s = '' or email like '%%' || %(filter)s || '%%'
    or raw_user_meta_data ->> 'full_name' ilike '%%' || %(filter)s || '%%')
order by
  case when %(ascending)s then created_at end,
  case when not %(ascending)s then created_at end desc,
  id
limit %(limit)s offset %(offset)s;

-- name: insert_user
insert into auth.users (
  instance_id, id, aud, role, email, encrypted_password, raw_app_meta_data, raw_user_meta_data, is_anonymous,
  confirmation_token, recovery_token, email_change_token_new, email_change, created_at, updated_at
) values (
  '00000000-0000-0000-0000-000000000000', %(id)s, %(aud)s, %(role)s, %(email)s, %(encrypted_password)s,
  %(app_metadata)s, %(user_metadata)s, %(is_anonymous)s, '', '', '', '', now(), now()
) returning *;

-- name: confirm_email
update auth.users
set email_confirmed_at = now(), confirmation_token = '', raw_user_meta_data = %(user_metadata)s, updated_at = now()
where id = %(id)s returning *;

-- name: set_user_metadata
update auth.users set raw_user_meta_data = %(metadata)s, updated_at = now() where id = %(id)s returning *;

-- name: set_app_metadata
update auth.users set raw_app_meta_data = %(metadata)s, updated_at = now() where id = %(id)s returning *;

-- name: set_role
update auth.users set role = %(role)s, updated_at = now() where id = %(id)s returning *;

-- name: set_email
update auth.users
set email = %(email)s, is_anonymous = is_anonymous and not %(confirmed)s, updated_at = now()
where id = %(id)s returning *;

-- name: set_ban
update auth.users set banned_until = %(until)s, updated_at = now() where id = %(id)s returning *;

-- name: set_password
update auth.users
set encrypted_password = %(encrypted_password)s,
    confirmation_token = '', confirmation_sent_at = null,
    recovery_token = '', recovery_sent_at = null,
    email_change_token_current = '', email_change_token_new = '', email_change_sent_at = null,
    phone_change_token = '', phone_change_sent_at = null,
    reauthentication_token = '', reauthentication_sent_at = null,
    updated_at = now()
where id = %(id)s returning *;

-- name: mark_sign_in
update auth.users set last_sign_in_at = now(), updated_at = now() where id = %(id)s returning *;

-- name: obscure_user
update auth.users
set email = %(email)s, phone = %(phone)s, email_change = %(email_change)s, phone_change = %(phone_change)s,
    encrypted_password = null, raw_app_meta_data = '{}', raw_user_meta_data = '{}',
    confirmation_token = '', recovery_token = '', email_change_token_current = '',
    email_change_token_new = '', phone_change_token = '', deleted_at = now(), updated_at = now()
where id = %(id)s;

-- name: obscure_identity
update auth.identities
set identity_data = '{}', provider_id = %(provider_id)s, updated_at = now() where id = %(id)s;

-- name: delete_user
delete from auth.users where id = %(id)s;

-- name: identities
select * from auth.identities where user_id = %(user_id)s order by created_at, id;

-- name: insert_identity
insert into auth.identities (
  provider_id, user_id, identity_data, provider, last_sign_in_at, created_at, updated_at
) values (%(user_id)s::text, %(user_id)s, %(data)s, 'email', now(), now(), now());

-- name: merge_identity
update auth.identities
set identity_data = identity_data || %(data)s, updated_at = now()
where user_id = %(user_id)s and provider = 'email';

-- name: delete_one_time_tokens
delete from auth.one_time_tokens where user_id = %(user_id)s;

-- name: delete_factors
delete from auth.mfa_factors where user_id = %(user_id)s;

-- name: session_by_id
select id, user_id, created_at, not_after, refreshed_at at time zone 'utc' as refreshed_at, aal::text
from auth.sessions where id = %(id)s;

-- name: lock_session_of_token
select id, user_id, created_at, not_after, refreshed_at at time zone 'utc' as refreshed_at, aal::text
from auth.sessions
where id = (select session_id from auth.refresh_tokens where token = %(token)s)
for update;

-- name: insert_session
insert into auth.sessions (id, user_id, created_at, updated_at, aal, user_agent, ip)
values (%(id)s, %(user_id)s, now(), now(), 'aal1', %(user_agent)s, %(ip)s)
returning id, user_id, created_at, not_after, refreshed_at at time zone 'utc' as refreshed_at, aal::text;

-- name: mark_refresh
update auth.sessions
set refreshed_at = now() at time zone 'utc', user_agent = %(user_agent)s, ip = %(ip)s, updated_at = now()
where id = %(id)s;

-- name: delete_session
delete from auth.sessions where id = %(id)s;

-- name: delete_sessions
delete from auth.sessions where user_id = %(user_id)s and id is distinct from %(except_id)s;

-- name: insert_method_used
insert into auth.mfa_amr_claims (id, session_id, created_at, updated_at, authentication_method)
values (gen_random_uuid(), %(session_id)s, now(), now(), %(method)s);

-- name: methods_used
select authentication_method, updated_at from auth.mfa_amr_claims
where session_id = %(session_id)s order by updated_at desc;

-- name: refresh_token
select * from auth.refresh_tokens where token = %(token)s;

-- name: active_refresh_token
select * from auth.refresh_tokens
where session_id = %(session_id)s and not revoked order by id desc limit 1;

-- name: insert_refresh_token
insert into auth.refresh_tokens (
  instance_id, token, user_id, session_id, parent, revoked, created_at, updated_at
) values (
  '00000000-0000-0000-0000-000000000000', %(token)s, %(user_id)s::text, %(session_id)s, %(parent)s,
  false, now(), now()
);

-- name: revoke_refresh_token
update auth.refresh_tokens set revoked = true, updated_at = now() where token = %(token)s;

-- name: insert_audit_entry
insert into auth.audit_log_entries (instance_id, id, payload, created_at, ip_address)
values ('00000000-0000-0000-0000-000000000000', gen_random_uuid(), %(payload)s, now(), '');
