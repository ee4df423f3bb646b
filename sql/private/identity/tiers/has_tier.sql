-- Policy predicate. Returns whether the caller's subscription gives this tier or a higher one now: an upgrade takes
-- effect at once, before the token changes. Everyone has free; an unknown tier returns false. Never raises.
-- Definer: anon, which may not read subscriptions, also calls it.
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
comment on function private.has_tier(text) is 'Whether the caller has this tier now.';
revoke execute on function private.has_tier(text) from public;
grant execute on function private.has_tier(text) to anon, authenticated, service_role;
