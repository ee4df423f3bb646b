-- Trigger. Updates the name index of the people that changed or whose credits changed. The argument is the column of
-- the changed rows that contains the person's id.
-- Definer: the role that changes a person may not write the search index.
create or replace function private.index_changed_people() returns trigger
language plpgsql security definer set search_path = ''
as $$
declare
    v_people uuid[];
begin
    if tg_argv[0] = 'id' then
        select array_agg(distinct c.id) into v_people from changed_rows as c;
    else
        select array_agg(distinct c.person_id) into v_people from changed_rows as c;
    end if;
    if v_people is not null then
        perform private.index_people(v_people);
    end if;
    return null;
end
$$;
comment on function private.index_changed_people() is 'Trigger: updates the name index of people.';
revoke execute on function private.index_changed_people() from public;
