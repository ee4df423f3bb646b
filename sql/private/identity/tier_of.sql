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
