-- Helper. Finds the years that a query states. A year beside other words, without a word that says that it is one, may
-- be off by one: sources date a film by its first showing or its release. Ignored years are searched for as words, and
-- do not keep the words beside them from being understood.
create or replace function private.understand_years(known private.understanding, ignored text[])
returns private.understanding
language plpgsql stable set search_path = ''
as $$
declare
    v_years record;
    v_margin integer;
begin
    select y.* into v_years from private.years_in(known.tokens, known.spans) as y;
    if not found or num_nonnulls(variadic known.roles[v_years.first:v_years.last]) > 0 then
        return known;
    end if;
    v_margin := case when v_years.is_stated or cardinality(known.tokens) = 1 then 0 else 1 end;
    for v_place in v_years.first .. v_years.last loop
        known.roles[v_place] := case when 'years' = any(ignored) then 'left' else 'year' end;
    end loop;
    if not 'years' = any(ignored) then
        known.filters.year_from := v_years.year_from - v_margin;
        known.filters.year_to := v_years.year_to + v_margin;
    end if;
    return known;
end
$$;
comment on function private.understand_years(private.understanding, text[]) is
'Finds the years that a query states.';
revoke execute on function private.understand_years(private.understanding, text[]) from public;
grant execute on function private.understand_years(private.understanding, text[]) to anon, authenticated, service_role;
