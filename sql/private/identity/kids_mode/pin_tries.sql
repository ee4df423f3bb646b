-- Helper. Returns the wrong PINs that count, those of the last 15 minutes; how many of 5 attempts remain; and, if none
-- remains, the seconds until the next. Called by definer functions only.
create or replace function private.pin_tries(
    failed_at timestamptz[], out failed timestamptz[], out tries_left integer, out retry_after integer
)
language plpgsql stable set search_path = ''
as $$
declare
    v_most constant integer := 5;
    v_window constant interval := '15 minutes';
begin
    failed := array(
        select f.at from unnest(failed_at) as f (at) where f.at > clock_timestamp() - v_window order by f.at
    );
    tries_left := greatest(0, v_most - cardinality(failed));
    if tries_left = 0 then
        retry_after := greatest(1, ceil(extract(epoch from failed[1] + v_window - clock_timestamp())));
    end if;
end
$$;
comment on function private.pin_tries(timestamptz[]) is 'The wrong PINs that count, and how many attempts remain.';
revoke execute on function private.pin_tries(timestamptz[]) from public;
