-- Helper. Returns the acting profile's rater, whose ratings a client reads and writes; null if there is none. Never
-- raises.
-- Definer: the policies of raters and ratings and the default of ratings.rater_id call it, before the caller may read a
-- row.
create or replace function private.current_rater_id() returns uuid
language sql stable security definer set search_path = ''
as $$
    select r.id
    from public.raters as r
    where r.profile_id = private.current_profile_id()
$$;
comment on function private.current_rater_id() is 'The acting profile''s rater; null if there is none.';
revoke execute on function private.current_rater_id() from public;
grant execute on function private.current_rater_id() to anon, authenticated, service_role;
