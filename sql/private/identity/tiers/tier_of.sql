-- Helper. Returns the tier of an account now: that of a subscription whose status grants it and whose period has not
-- ended, else free. Security invoker: clients see only their own subscription.
create or replace function private.tier_of(account_id uuid) returns text
language sql stable set search_path = ''
as $$
    select coalesce(
        (
            select s.tier
            from public.subscriptions as s
            inner join public.subscription_statuses as t on s.status = t.name and t.grants_tier
            where
                s.account_id = tier_of.account_id
                and now() < s.current_period_end
        ),
        'free'
    )
$$;
comment on function private.tier_of(uuid) is 'The tier of an account now.';
revoke execute on function private.tier_of(uuid) from public;
grant execute on function private.tier_of(uuid) to authenticated, service_role;
