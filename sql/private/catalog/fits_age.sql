-- Is the item for the viewer's age? Its minimum age is not above the viewer's; one that is unrated, only where the
-- viewer sees what is unrated. A viewer without an age: everything is. Inlined.
create or replace function private.fits_age(item public.items, viewer private.viewer) returns boolean
language sql stable
return viewer.age is null or coalesce(item.minimum_age <= viewer.age, viewer.shows_unrated, false);
comment on function private.fits_age(public.items, private.viewer) is 'Is the item for the viewer''s age?';
revoke execute on function private.fits_age(public.items, private.viewer) from public;
grant execute on function private.fits_age(public.items, private.viewer) to anon, authenticated, service_role;
