-- Helper. Returns an account with its profiles, roles and tier, for an admin or the service, and records the read in
-- the audit log. Raises 42501 for other callers, 22023 for null, PT404 for an unknown user, 403 kids_mode.
-- Definer: row level security hides other users' accounts.
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
comment on function private.read_account(uuid) is 'An account with profiles, roles and tier, for an admin.';
revoke execute on function private.read_account(uuid) from public;
grant execute on function private.read_account(uuid) to authenticated, service_role;
