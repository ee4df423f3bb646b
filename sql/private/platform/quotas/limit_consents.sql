-- Trigger. Refuses consents beyond the account's quota. Raises PT409.
-- Definer: clients may not read or write quota_uses.
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
comment on function private.limit_consents() is 'Trigger. Refuses consents beyond the account''s quota.';
revoke execute on function private.limit_consents() from public;
