-- Helper. Returns whether a row of item_availability is valid now for the item in the country (null: unknown, only rows
-- for all countries count). With a tier (free or premium), the row must permit that tier to play the item. False for an
-- item without rows.
create or replace function private.is_offered(item_id uuid, country text, tier text default null) returns boolean
language sql stable set search_path = ''
as $$
    select exists (
        select
        from public.item_availability as a
        where
            a.item_id = is_offered.item_id
            and (a.country is null or a.country = is_offered.country)
            and now() >= a.starts_at and now() < a.ends_at
            and (is_offered.tier is null or is_offered.tier = 'premium' or a.tier is null or a.tier = 'free')
    )
$$;
comment on function private.is_offered(uuid, text, text) is
'Whether the item is available now in a country, to a tier.';
revoke execute on function private.is_offered(uuid, text, text) from public;
grant execute on function private.is_offered(uuid, text, text) to anon, authenticated, service_role;
