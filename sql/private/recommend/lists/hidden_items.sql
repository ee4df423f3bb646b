-- Policy predicate. Returns the items that the acting profile rated or interacted with and that its age limit hides
-- now, for example because the profile became a kids profile later. It returns one array per query, so that policies
-- need no function call per row. It never raises.
-- Definer: the policies of ratings and interactions call it, so it must read these tables without them.
create or replace function private.hidden_items() returns uuid[]
language plpgsql stable security definer set search_path = ''
as $$
declare
    v_rater uuid;
begin
    if not private.has_age_limit() then
        return '{}';
    end if;
    v_rater := private.current_rater_id();
    return array(
        select i.id
        from public.items as i
        where
            i.id in (
                select r.item_id from public.ratings as r where r.rater_id = v_rater
                union
                select e.item_id from public.interactions as e where e.rater_id = v_rater
            )
            and not private.allows_age(i.minimum_age)
    );
end
$$;
comment on function private.hidden_items() is
'Returns items that the acting profile rated or used and that its age limit hides now.';
revoke execute on function private.hidden_items() from public;
grant execute on function private.hidden_items() to anon, authenticated, service_role;
