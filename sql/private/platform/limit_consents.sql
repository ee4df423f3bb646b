-- Trigger: an account has as many consents as its quota says. Raises PT409.
-- Definer: clients may not read or write counts.
create or replace function private.limit_consents() returns trigger
language plpgsql security definer set search_path = ''
as $$
begin
    perform private.refuse_over_quota(private.use_quota(c.account_id, 'consents', c.added), 'consents', 'consents')
    from (
        select r.account_id, count(*) as added from changed_rows as r group by r.account_id order by r.account_id
    ) as c;
    return null;
end
$$;
comment on function private.limit_consents() is 'Trigger: refuses consents beyond the quota.';
revoke execute on function private.limit_consents() from public;
