-- Reads an account with its profiles, roles and tier, for an admin. The audit log records the call.
--   user_id  the account's user
-- Returns an object: account (its row), profiles (their rows, the oldest first), roles, tier.
-- Raises 42501 for a caller who is not an admin, 22023 without user_id, PT404 for an unknown user, kids_mode while a
-- kids profile acts.
-- Roles: authenticated, service_role.
-- Example: rpc/get_account {"user_id": "5d3c…"}
-- Example response: {"tier": "free", "roles": ["editor"], "account": {"id": "5d3c…", "email": "bob@example.com",
-- "username": null, "display_name": "bob", "locale": "en", "time_zone": "UTC", "country": null, "status": "active",
-- "status_reason": null, "created_at": "2026-11-30T16:37:11.25+00:00", "updated_at": "2026-11-30T16:37:11.25+00:00"},
-- "profiles": [{"id": "1469…", "account_id": "5d3c…", "name": "bob", "is_default": true, "is_kids": false,
-- "maturity_rating": "NC-17", "shows_unrated": true, "avatar_path": null, "portrait_path": null,
-- "language_preference": "en", "learning_languages": [], "preferences": {}, "created_at":
-- "2026-11-30T16:37:11.25+00:00", "updated_at": "2026-11-30T16:37:11.25+00:00"}]}
create or replace function public.get_account(user_id uuid default null) returns jsonb
language sql set search_path = ''
as $$
    select private.read_account(user_id)
$$;
comment on function public.get_account(uuid) is 'Reads an account with its profiles, roles and tier, for an admin.';
revoke execute on function public.get_account(uuid) from public;
grant execute on function public.get_account(uuid) to authenticated, service_role;
