-- Trigger: before a profile goes, its ratings pass to a new pseudonym that nothing leads to, and count as before; its
-- interactions go with the old one. Times are cut to the month: by the second they would tell whose ratings these were
-- to whoever has an export or a log from before. Neighbours stay, since what they were computed from is the same.
-- Definer: the owner may delete a profile, and not write raters.
create or replace function private.unname_ratings() returns trigger
language plpgsql security definer set search_path = ''
as $$
declare
    v_new uuid := gen_random_uuid();
    v_old uuid;
    v_is_fresh boolean;
begin
    -- Held before any of its rows is touched, as private.refresh_user_similarity does.
    select r.id, r.similarities_version = r.ratings_version into v_old, v_is_fresh
    from public.raters as r
    where r.profile_id = old.id
    for update;
    if exists (select from public.ratings as r where r.rater_id = v_old) then
        insert into public.raters (id) values (v_new);
        update public.user_similarities as s set rater_id = v_new where s.rater_id = v_old;
        update public.user_similarities as s set neighbour_id = v_new where s.neighbour_id = v_old;
        update public.ratings as r set
            rater_id = v_new,
            created_at = date_trunc('month', r.created_at, 'UTC'),
            updated_at = date_trunc('month', r.updated_at, 'UTC')
        where r.rater_id = v_old;
        update public.raters as r set similarities_version = r.ratings_version where r.id = v_new and v_is_fresh;
    end if;
    delete from public.raters as r where r.id = v_old;
    perform private.forget_jobs(array[v_old, v_new]);
    return old;
end
$$;
comment on function private.unname_ratings() is 'Trigger: passes a profile''s ratings to a new pseudonym.';
revoke execute on function private.unname_ratings() from public;
