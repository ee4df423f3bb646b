-- Helper. Raises PT409 if `quota`, the result of private.use_quota, is not null. Called by definer functions.
--   words  the unit in the message
create or replace function private.refuse_over_quota(quota bigint, resource text, words text) returns void
language plpgsql immutable set search_path = ''
as $$
begin
    if quota is not null then
        raise exception 'an account may have up to % %', quota, words
            using errcode = 'PT409',
            detail = jsonb_build_object('limit', quota, 'resource', resource)::text;
    end if;
end
$$;
comment on function private.refuse_over_quota(bigint, text, text) is 'Raise an error for rows beyond a quota.';
revoke execute on function private.refuse_over_quota(bigint, text, text) from public;
