-- Policy predicate. Returns whether the person has a credit in an item that exists for the acting profile. Never
-- raises.
-- Definer: with row level security the policies of credits and items would evaluate the age rule again for each row.
create or replace function private.is_person_credited(person_id uuid) returns boolean
language plpgsql stable security definer set search_path = ''
as $$
begin
    return exists (
        select
        from public.credits as c
        join public.items as i on i.id = c.item_id
        where c.person_id = is_person_credited.person_id and private.allows_age(i.minimum_age)
    );
end
$$;
comment on function private.is_person_credited(uuid) is
'Whether the person has a credit in an item that exists for the acting profile.';
revoke execute on function private.is_person_credited(uuid) from public;
grant execute on function private.is_person_credited(uuid) to anon, authenticated, service_role;
