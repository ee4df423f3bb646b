-- Helper. Adds `amount`, which may be negative, to an account's use of a resource. Returns the quota if the use now
-- exceeds it, else null; the caller raises the error. The row lock serialises concurrent calls, so the quota is exact.
-- Without an account or a quota nothing is counted. Called by definer functions.
create or replace function private.use_quota(
    account_id uuid, resource text, amount bigint, since date default '2000-01-01'
)
returns bigint
language plpgsql set search_path = ''
as $$
#variable_conflict use_variable
declare
    v_used bigint;
    v_quota bigint;
begin
    insert into private.quota_uses as u (account_id, resource, since, used)
    select a.id, q.resource, use_quota.since, greatest(use_quota.amount, 0)
    from public.accounts as a
    join private.quotas as q on q.resource = use_quota.resource
    where a.id = use_quota.account_id
    on conflict on constraint quota_uses_pkey do update set used = greatest(u.used + use_quota.amount, 0)
    returning u.used into v_used;
    if v_used is null or amount <= 0 then
        return null;
    end if;
    v_quota := private.quota_of(account_id, resource);
    return case when v_used > v_quota then v_quota end;
end
$$;
comment on function private.use_quota(uuid, text, bigint, date) is
'Add to an account''s use of a resource; returns the quota if exceeded.';
revoke execute on function private.use_quota(uuid, text, bigint, date) from public;
