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
