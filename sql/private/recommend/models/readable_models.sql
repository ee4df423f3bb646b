-- Policy predicate. Returns the ids of the item model's versions, whose weights any caller may read. Those of
-- rated_alike are not included: if one rater rated both items, a weight reveals these ratings.
-- Definer: a caller with an age limit may not read recommendation_models, whose targets list items of every maturity
-- rating.
create or replace function private.readable_models() returns bigint[]
language sql stable security definer set search_path = ''
as $$
    select coalesce(array_agg(m.id), '{}') from public.recommendation_models as m where m.name = 'liked_together'
$$;
comment on function private.readable_models() is
'Returns the ids of the model versions whose weights any caller may read.';
revoke execute on function private.readable_models() from public;
grant execute on function private.readable_models() to anon, authenticated, service_role;
