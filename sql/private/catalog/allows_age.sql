-- Policy predicate: does an item of this minimum age (null: unrated) exist for the caller, by the acting profile's age?
-- Never raises.
create or replace function private.allows_age(minimum_age smallint) returns boolean
language plpgsql stable set search_path = ''
as $$
declare
    v_rule text := private.age_rule();
begin
    return case
        when v_rule is null then true
        when minimum_age is null then v_rule like '%+'
        else minimum_age <= rtrim(v_rule, '+')::smallint
    end;
end
$$;
comment on function private.allows_age(smallint) is 'Does an item of this minimum age exist for the caller?';
revoke execute on function private.allows_age(smallint) from public;
grant execute on function private.allows_age(smallint) to anon, authenticated, service_role;
