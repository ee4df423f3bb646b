-- Helper. Returns the tier needed to play an item now in the viewer's country: free or premium.
create or replace function private.item_tier(item public.items, viewer private.viewer) returns text
language sql stable
return case
    when not item.is_restricted or private.is_offered(item.id, viewer.country, 'free') then 'free' else 'premium'
end;
comment on function private.item_tier(public.items, private.viewer) is
'Returns the tier needed to play an item: free or premium.';
revoke execute on function private.item_tier(public.items, private.viewer) from public;
grant execute on function private.item_tier(public.items, private.viewer) to anon, authenticated, service_role;
