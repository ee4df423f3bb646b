-- Policy predicate: the versions of the model whose weights any caller may read. Those of rated_alike are not among
-- them: where one rater rated both items, a weight shows what that rater gave.
-- Definer: a caller with an age limit may not read recommendation_models, which list items of any rating.
create or replace function private.readable_models() returns bigint[]
language sql stable security definer set search_path = ''
as $$
    select coalesce(array_agg(m.id), '{}') from public.recommendation_models as m where m.name = 'liked_together'
$$;
comment on function private.readable_models() is 'The versions of the model whose weights any caller may read.';
revoke execute on function private.readable_models() from public;
grant execute on function private.readable_models() to anon, authenticated, service_role;
