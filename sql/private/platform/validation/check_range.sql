-- Helper. Raises 22023, naming the field and the range, unless the value is between low and high, both included. Null
-- is refused.
create or replace function private.check_range(
    field text, value double precision, low double precision, high double precision
)
returns void
language plpgsql immutable set search_path = ''
as $$
begin
    if value between low and high then
        return;
    end if;
    raise exception '% must be between % and %', field, low, high
        using errcode = '22023', detail = jsonb_build_object('field', field, 'min', low, 'max', high)::text;
end
$$;
comment on function private.check_range(text, double precision, double precision, double precision) is
'Raise an error if a number is outside its range.';
revoke execute on function private.check_range(text, double precision, double precision, double precision) from public;
grant execute on function private.check_range(text, double precision, double precision, double precision)
to anon, authenticated, service_role;
