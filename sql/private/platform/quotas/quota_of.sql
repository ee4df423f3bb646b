-- Helper. Returns an account's quota of a resource; null: no quota. Called by definer functions.
create or replace function private.quota_of(account_id uuid, resource text) returns bigint
language sql stable set search_path = ''
as $$
    select case when u.is_anonymous then q.anonymous_amount else q.amount end
    from private.quotas as q
    left join auth.users as u on u.id = quota_of.account_id
    where q.resource = quota_of.resource
$$;
comment on function private.quota_of(uuid, text) is 'An account''s quota of a resource; null: none.';
revoke execute on function private.quota_of(uuid, text) from public;
