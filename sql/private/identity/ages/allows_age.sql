-- Policy predicate. Returns whether the acting profile may see an item with this minimum age (null: unrated). Always
-- true for a caller without an age limit. Never raises.
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
comment on function private.allows_age(smallint) is 'Whether the acting profile may see an item with this minimum age.';
revoke execute on function private.allows_age(smallint) from public;
grant execute on function private.allows_age(smallint) to anon, authenticated, service_role;
